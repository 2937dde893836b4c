"""``python -m api`` is the ``quickclaim`` command."""

from api.cli import main

main()
