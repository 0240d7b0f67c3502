"""clariBI operations."""
