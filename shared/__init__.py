"""Plumbing that every service uses; knows no CRM noun."""
