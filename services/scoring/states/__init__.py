"""State: what a customer id has bought so far, in sums that later facts change and a run reads."""
