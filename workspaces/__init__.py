"""Touches the target's code: git, copies, edits, test runners. Decides nothing."""
