"""Many sessions for a while, and what the serving process has more at their end than at their beginning."""
