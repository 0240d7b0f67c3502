"""Reports and the addresses that open them."""
