"""The HTTP lane: from a request to a handler and back, in one transaction; knows no CRM noun."""
