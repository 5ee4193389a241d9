"""Search: customers by a filter over their fields, page by page."""
