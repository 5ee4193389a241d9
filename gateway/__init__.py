"""The only door: authenticates, limits, routes and composes; holds no CRM rule."""
