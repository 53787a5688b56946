"""The way into the command: `wireroom`, and `python -m services.command`."""

import sys

INTERRUPTED = 130  # what shells call the status of a program that Ctrl-C ended


def main() -> None:
    """Run the command; Ctrl-C ends it without a word, also while it is still being loaded."""
    try:
        from services.command.app import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
