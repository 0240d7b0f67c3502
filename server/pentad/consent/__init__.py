"""Consent: what must be shown before it is done."""
