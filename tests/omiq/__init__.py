"""OMIQ through the in-memory client, on the embedded sandbox."""
