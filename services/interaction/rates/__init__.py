"""Exchange rates: what one unit of a currency costs in another from a day on; the one owner of them."""
