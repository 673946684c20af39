"""The nodes of the graph, one file each: plain functions from state to state. They import no framework."""
