"""The operations, one function each, by platform and area."""
