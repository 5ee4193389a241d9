"""Overview: a customer, its recent timeline and its score in one answer, without what is not to be had."""
