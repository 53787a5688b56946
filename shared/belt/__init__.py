"""The belt: all that Wireroom keeps in Redis, none of which it would miss.

doc:<kind>:<id>:<token>   a document's bytes, zstd, for two leases
ref:<uuid>                the body of a message over 64 KiB, zstd, likewise
begun:<token>             a stage is at work on this lease, or died at it
belt:epoch                which belt of the store's this is: an empty one has no number
belt:away                 since when the web cannot be reached from here
belt:<queue>              message id ▶ "feeds bytes since", for each message that is queued or unacknowledged
held                      the hosts and sites that asked for patience, each with until when
slowed:<site>             the hosts of a site that did
at:<address>              the requests under way there, over all fetchers, each with when it is forgotten
robots:<origin>           a site's robots.txt for a day: its status and its text
pulse:<stage>@<host>      when this worker last took a message off its queue
<queue>, unacked:<queue>  Celery's own
"""

from shared.belt.client import connect
from shared.belt.courtesy import Courtesy
from shared.belt.outage import Outage
from shared.belt.weight import FORGET_AFTER_LEASES, Load, Weight
from shared.belt.work import Work, document_key, unpacked

__all__ = ["FORGET_AFTER_LEASES", "Belt", "Load", "connect", "document_key", "unpacked"]


class Belt(Work, Courtesy, Weight, Outage):
    """The belt of one Redis: what belongs to leases, what publishers asked for, what is on it, and the web."""
