"""Who may use what, and which rows and columns of it."""
