"""`python -m hanbench`: the command line."""

from hanbench.harness.cli.main import main

main()
