"""`python -m services.command` is the wireroom command."""

from services.command.app import main

main()
