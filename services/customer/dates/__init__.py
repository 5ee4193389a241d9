"""Important date: a day that matters to a customer every year, by the solar or the lunar calendar."""
