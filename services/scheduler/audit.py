"""When a feed's validators are put to the test. Pure."""

from datetime import datetime, timedelta

EVERY = timedelta(days=1)  # at least, where nothing but 304s came
IN_POLLS = 100  # one of so many
IN_POLLS_OF_LIARS = 10  # of a feed whose validators owe honest audits


def is_due(audited_at: datetime | None, distrust: int, number: int, now: datetime) -> bool:
    """Return whether poll `number` of a feed is to look behind a 304.

    Every whole document that comes by itself counts as an audit too, since nothing was hidden then.
    """
    if audited_at is None or now - audited_at >= EVERY:
        return True
    return number % (IN_POLLS_OF_LIARS if distrust else IN_POLLS) == 0
