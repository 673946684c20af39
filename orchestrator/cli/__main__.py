"""`python -m pareback.orchestrator.cli`: the same program where no script is installed."""

from pareback.orchestrator.cli.main import main

main()
