"""Pare: what could be said more simply, tried one rewrite at a time and kept where the tests stay green."""
