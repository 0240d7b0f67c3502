"""Accounts, roles and registration."""
