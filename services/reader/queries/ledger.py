"""What polling costs each publisher: requests, how many brought nothing new, bytes, refusals."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, select

from shared.tables import Feed, Page, Poll

REFUSED = (401, 403, 429, 451)  # statuses that say that we are not wanted


@dataclass(frozen=True)
class Account:
    """What one publisher, a registrable domain, was asked for in a span of time."""

    publisher: str
    fetches: int = 0
    requests: int = 0
    not_modified: int = 0  # answered with 304
    refused: int = 0
    failed: int = 0  # all that brought nothing, refusals included
    wire_bytes: int = 0  # received, header fields included
    saved_bytes: int = 0  # that 304s spared, by the size of each feed's last whole document

    @property
    def not_modified_share(self) -> float:
        """Share of the fetches that were answered with 304, 0 to 1."""
        return self.not_modified / self.fetches if self.fetches else 0.0

    def plus(self, other: "Account") -> "Account":
        """Return both in one."""
        numbers = (field.name for field in fields(Account) if field.name != "publisher")
        return Account(self.publisher, **{name: getattr(self, name) + getattr(other, name) for name in numbers})


def accounts(connection: Connection, since: datetime) -> list[Account]:
    """Return the account of each publisher that was asked for anything since, those most asked first."""
    found: dict[str, Account] = {}
    for query in (_of_feeds(since), _of_pages(since)):
        for row in connection.execute(query):
            account = Account(row[0], *(int(value or 0) for value in row[1:]))
            found[account.publisher] = found.get(account.publisher, Account(account.publisher)).plus(account)
    return sorted(found.values(), key=lambda one: (-one.requests, one.publisher))


def total(of: Iterable[Account]) -> Account:
    """Return all accounts as one."""
    whole = Account("")
    for account in of:
        whole = whole.plus(account)
    return whole


def _of_feeds(since: datetime) -> Select[*tuple[Any, ...]]:
    saved = func.sum(case((Poll.outcome == "not_modified", func.coalesce(Feed.document_bytes, 0)), else_=0))
    join = and_(Poll.kind.in_(("feed", "archive")), Poll.target_id == Feed.id)
    return select(Feed.host, *_SUMS, saved).join(Poll, join).where(Poll.at > since).group_by(Feed.host)


def _of_pages(since: datetime) -> Select[*tuple[Any, ...]]:
    join = and_(Poll.kind == "page", Poll.target_id == Page.article_id)
    return select(Page.host, *_SUMS, func.sum(0)).join(Poll, join).where(Poll.at > since).group_by(Page.host)


_SUMS = (
    func.count(),
    func.sum(Poll.requests),
    func.sum(case((Poll.outcome == "not_modified", 1), else_=0)),
    func.sum(case((Poll.status.in_(REFUSED), 1), else_=0)),
    func.sum(case((Poll.outcome.in_(("ok", "not_modified", "unchanged")), 0), else_=1)),
    func.sum(Poll.wire_bytes),
)
