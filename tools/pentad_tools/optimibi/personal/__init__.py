"""The signed-in user's own lists and settings."""
