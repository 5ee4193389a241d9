"""Exchange rate: what one unit of a currency costs in another from a day on; interaction owns them."""
