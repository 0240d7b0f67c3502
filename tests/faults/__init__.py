"""What breaks, and what a call promises then."""
