"""Campaigns and events: whom they were meant for, whom they reached, and which orders they may claim."""
