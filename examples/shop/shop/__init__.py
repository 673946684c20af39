"""A small shop: what the demo repairs."""
