"""Group event: a meeting, an outing, a post of a group on a day, and who attended."""
