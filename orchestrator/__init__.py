"""Decides: command line, configuration, graph, ledger, limits, prompts, reports. The one room that knows the others."""
