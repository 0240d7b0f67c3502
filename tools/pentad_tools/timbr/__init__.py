"""Timbr: SQL knowledge graphs."""
