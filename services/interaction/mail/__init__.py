"""Mail: what RFC 5322 messages say, whoever broke them; their threads, their originals, and mailboxes."""
