"""The three queues and what travels on each: fetch ▶ parse ▶ index, in one direction."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from shared.messages import Batch, Documents, FetchJob

M = TypeVar("M", FetchJob, Documents, Batch)


@dataclass(frozen=True)
class Queue(Generic[M]):
    """A queue's name and the one message type that travels on it."""

    name: str
    message: type[M]


FETCH = Queue("fetch", FetchJob)
PARSE = Queue("parse", Documents)
INDEX = Queue("index", Batch)
NAMES = (FETCH.name, PARSE.name, INDEX.name)


class Publish(Protocol):
    """Puts a message on a queue; the types of both must agree."""

    def __call__(self, queue: Queue[M], message: M) -> None:
        """Return when the belt holds the message.

        :raises TransientError: the belt cannot be reached or is full.
        """
