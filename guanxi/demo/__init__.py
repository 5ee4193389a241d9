"""The demo: a shop's purchases go in through the public API, explained values come out."""
