"""Valuing: carrying out runs, and scoring again the customers whose facts changed since."""
