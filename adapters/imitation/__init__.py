"""Providers imitated on loopback: what they send, how slowly, and where they break off. For tests and benchmarks."""
