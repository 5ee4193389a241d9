"""Total: what customers brought and cost, kept by customer and months and added up by groups of them."""
