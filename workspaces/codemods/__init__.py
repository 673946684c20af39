"""Simplifications that keep what code does: the door to libcst, one file per simplification."""
