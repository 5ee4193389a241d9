"""Webhooks in: messages of SMS, chat and form services, read by a mapping that is data and not code."""
