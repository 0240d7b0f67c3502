"""Connections to databases, down to columns and rows."""
