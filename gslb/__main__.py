"""`python -m gslb` is the command `gslb`."""

from gslb.cli.main import main

main()
