"""Commercial value: what customers brought in a period less what they cost, and how cohorts of them stay."""
