"""``python -m defnpy``."""

from defnpy.cli.main import main

main()
