"""The other side: the library `reader`, polling the same feeds; runs in an environment of its own.

Takes the path of its database as its argument, then one command a line: "add URL", "remove URL" or "update". To each it
answers with one line of JSON; to the last with what the update took.
"""

import json
import logging
import resource
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

from reader import make_reader  # type: ignore[import-not-found]


def main() -> None:
    """Obey until there are no more lines."""
    logging.disable(logging.CRITICAL)  # feeds that cannot be read are no news here
    warnings.simplefilter("ignore")  # nor entries
    reader = make_reader(sys.argv[1])
    for line in sys.stdin:
        command, _, rest = line.strip().partition(" ")
        if command == "add":
            reader.add_feed(rest)
            print("{}", flush=True)
        elif command == "remove":
            reader.delete_feed(rest)
            print("{}", flush=True)
        else:
            print(json.dumps(dict(update(reader))), flush=True)


def update(reader: Any) -> Iterator[tuple[str, float]]:
    """Yield what polling all feeds once takes: CPU and wall seconds, peak bytes of memory, new entries."""
    before, cpu_s, began = reader.get_entry_counts().total, _cpu_s(), time.monotonic()
    reader.update_feeds(scheduled=False)
    yield "cpu_s", _cpu_s() - cpu_s
    yield "wall_s", time.monotonic() - began
    yield "memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    yield "articles", reader.get_entry_counts().total - before


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
