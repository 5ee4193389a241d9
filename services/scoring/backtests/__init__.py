"""Back-test: what the estimators would have forecast at earlier days, beside what customers then did."""
