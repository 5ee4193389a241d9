"""The balance of relationships: who addresses whom, how formally, how lately, and who is to be called."""
