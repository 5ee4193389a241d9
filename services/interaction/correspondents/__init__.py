"""Correspondents: whom a message is from or to, told by an address or a number, never guessed."""
