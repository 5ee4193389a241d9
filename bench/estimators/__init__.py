"""How fast the estimators are, how much memory they take, and what their intervals cover."""
