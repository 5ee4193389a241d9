"""Win-back: what it would be worth to try and bring back a customer who is lost or declining."""
