"""Optimibi through the in-memory client, on the embedded sandbox; its client also on servers played here."""
