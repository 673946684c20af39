"""Clones: what two units have in common, line by line, and what that costs a tree."""
