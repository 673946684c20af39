"""The ticket sources: one file each."""
