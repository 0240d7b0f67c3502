"""Optimibi: reports, models and connections, alerts, and who may do what."""
