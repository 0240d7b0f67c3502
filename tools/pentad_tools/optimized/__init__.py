"""Optimized.App operations."""
