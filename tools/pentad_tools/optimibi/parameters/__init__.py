"""Global parameters, and dictionaries of codes."""
