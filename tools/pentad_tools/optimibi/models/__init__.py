"""Analysis models, and figures from them."""
