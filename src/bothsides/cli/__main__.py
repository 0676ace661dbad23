"""`python -m bothsides.cli` is the `bothsides` command."""

from bothsides.cli.app import main

main()
