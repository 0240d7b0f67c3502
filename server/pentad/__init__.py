"""Pentad: one MCP server for five platforms."""

__version__ = "0.1.0"
