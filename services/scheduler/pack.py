"""Which due rows go into which job. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.messages import Target


@dataclass(frozen=True)
class Due:
    """A row that may be leased now; `attempts` are the leases whose worker died at it."""

    target: Target
    attempts: int

    @property
    def alone(self) -> bool:
        """Whether it travels in a job of its own, so that it can kill nobody else's work."""
        return self.attempts > 0


def pack(due: Sequence[Due], size: int) -> list[list[Due]]:
    """Return jobs of at most `size` rows, in the order given; a host is in one of them, and rows over that stay due.

    A row that travels alone has a job of its own, and its host is in no other.
    """
    jobs: list[list[Due]] = []
    taken: set[str] = set()
    for row in due:
        if row.alone and row.target.host not in taken:
            taken.add(row.target.host)
            jobs.append([row])
    open_job: list[Due] = []
    for rows in _by_host(row for row in due if not row.alone and row.target.host not in taken):
        fitting = rows[:size]
        if len(open_job) + len(fitting) > size:
            jobs.append(open_job)
            open_job = []
        open_job += fitting
    return [*jobs, open_job] if open_job else jobs


def _by_host(due: Iterable[Due]) -> list[list[Due]]:
    hosts: dict[str, list[Due]] = {}
    for row in due:
        hosts.setdefault(row.target.host, []).append(row)
    return list(hosts.values())
