"""Graph: whom a customer is tied to at some removes, and the organizations above and below it."""
