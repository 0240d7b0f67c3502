"""Sign-in by tokens: configurations, and personal ones."""
