"""`python -m services.command.samples --port N`: serve the sample titles until told to stop."""

import argparse
import signal
import sys
import threading

import structlog

from services.command.samples.outlet import SampleOutlet
from shared import logging
from shared.errors import UsageError


def main() -> int:
    """Serve until SIGINT or SIGTERM; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m services.command.samples", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--log-level", default="INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
    parser.add_argument("--log-format", default="console", choices=("console", "json"))
    options = parser.parse_args()
    logging.configure(options.log_level, options.log_format, "samples")
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    try:
        with SampleOutlet(options.port) as outlet:
            structlog.get_logger().info("serving the sample titles", url=outlet.url, titles=len(outlet.titles))
            told.wait()
    except UsageError as error:
        structlog.get_logger().error(str(error))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
