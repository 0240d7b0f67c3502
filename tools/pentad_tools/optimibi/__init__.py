"""Optimibi: datasets of cytometry files, workflows with gates, exports of events."""
