"""Servers of other makes, each from its package in an environment of its own, to stand beside Pentad."""
