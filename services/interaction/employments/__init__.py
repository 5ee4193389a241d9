"""Who works for which organization, as the customer service tells: for timelines that include people."""
