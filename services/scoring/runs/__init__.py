"""Scoring run: a job that fits the estimators and scores everybody as of a day."""
