"""Alerts, and the jobs of the scheduler."""
