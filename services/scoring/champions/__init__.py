"""Champion: the estimator version that scores are computed with; approved, replaced, and gone back from."""
