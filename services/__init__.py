"""The services: customer, interaction and scoring; none imports another."""
