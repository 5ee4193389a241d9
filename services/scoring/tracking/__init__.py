"""Tracking curves: what customers have bought, added up over time, beside what an estimator expects."""
