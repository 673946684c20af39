"""The command line: the door to typer, one file per kind of command."""
