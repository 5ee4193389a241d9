"""The command line and the local run; names services as strings and imports only `shared`."""
