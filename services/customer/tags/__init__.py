"""Tag: a word on customers; counted, renamed and removed over all of them, and put on one or a thousand."""
