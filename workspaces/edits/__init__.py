"""The edit forms: one file each; the model's text becomes operations."""
