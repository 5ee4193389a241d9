"""Caller: everybody who shares a phone number, with what is known of each before the call is answered."""
