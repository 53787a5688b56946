"""What each entry is known by, judged over the whole window: a shared identifier is none. Pure."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.parser.article import source_id_of
from services.parser.fields.dates import parse_date
from services.parser.fields.text import line, normal
from services.parser.fields.urls import canonical
from services.parser.item import Slot
from shared.digests import sha256

KEY_DIGEST_CHARS = 32
# FeedBurner's links count each listing of an article anew, and keep the end of the publisher's own address
_COUNTED = re.compile(r"/~r/(?P<feed>.+)/~3/[^/]+/(?P<end>[^/]+)$")


class Known(NamedTuple):
    """What one entry of the window is known by."""

    keys: tuple[str, ...]  # most trusted first
    repeat_of: int | None = None  # the place of the entry that is delivered in its stead


@dataclass(frozen=True, slots=True)
class Identities:
    """Every entry's keys, in the window's order, and whether the feed's identifiers can be trusted."""

    known: tuple[Known, ...]
    trusts_ids: bool


class _Named(NamedTuple):
    """One entry's names, comparable: empty where it has none. Its title is asked for where these do not tell."""

    id: str
    url: str


def judge(slots: Sequence[Slot], trusts_ids: bool) -> Identities:
    """Return what each entry is known by.

    An identifier that two entries carry with both another link and another title is broken, and with it all of the
    feed's. A link that entries with other titles carry too is no identity. Without either, title and date are, or the
    entry's bytes.
    """
    names = [_named(slot) for slot in slots]
    shared = _shared_ids(slots, names)
    trusts_ids = trusts_ids and not shared
    common = _common_urls(slots, names)
    keys = [_keys(slot, name, trusts_ids, common) for slot, name in zip(slots, names, strict=True)]
    return Identities(tuple(_without_repeats(slots, keys)), trusts_ids)


def _named(slot: Slot) -> _Named:
    return _Named(source_id_of(slot.source_id) or "", canonical(slot.link) if slot.link else "")


def _title(slot: Slot) -> str:
    """Return the entry's title, comparable; empty where it has none."""
    title = line(slot.title)
    return normal(title) if title else ""


def _shared_ids(slots: Sequence[Slot], names: Sequence[_Named]) -> set[str]:
    by_id: dict[str, list[int]] = defaultdict(list)
    for at, name in enumerate(names):
        if name.id and name.url and not slots[at].cancelled:
            by_id[name.id].append(at)
    return {one for one, places in by_id.items() if len(places) > 1 and _differ(slots, names, places)}


def _differ(slots: Sequence[Slot], names: Sequence[_Named], places: Sequence[int]) -> bool:
    """Return whether one of the entries at `places` has another link and another title than the first that has any."""
    titled = [(names[at].url, title) for at in places if (title := _title(slots[at]))]
    return any(url != titled[0][0] and title != titled[0][1] for url, title in titled)


def _common_urls(slots: Sequence[Slot], names: Sequence[_Named]) -> set[str]:
    """Return the links that entries with other titles share, unless one identifier holds them together."""
    urls = [name.url for name in names if name.url]
    if len(set(urls)) == len(urls):
        return set()
    titles: dict[str, set[str]] = defaultdict(set)
    ids: dict[str, set[str]] = defaultdict(set)
    for slot, name in zip(slots, names, strict=True):
        if name.url:
            titles[name.url].add(_title(slot))
            ids[name.url].add(name.id)
    return {url for url, found in titles.items() if len(found) > 1 and (len(ids[url]) > 1 or "" in ids[url])}


def _keys(slot: Slot, name: _Named, trusts_ids: bool, common: set[str]) -> tuple[str, ...]:
    keys = []
    if name.id and (trusts_ids or slot.cancelled):
        keys.append(f"id:{name.id}")
    if name.url and name.url not in common:
        keys.append(f"url:{name.url}")
        counted = None if name.id else _COUNTED.search(name.url)
        if counted and (title := _title(slot)):
            keys.append(_title_key("\n".join((title, *counted.groups()))))
    return tuple(keys) or (_last_resort(slot),)


def _last_resort(slot: Slot) -> str:
    """Return the key of an entry without a trusted identifier or link."""
    title = _title(slot)
    dated = (slot.dated or "").strip()
    moment = parse_date(dated) if dated else None
    material = f"{title}\n{moment.isoformat() if moment else dated}" if title else f"\n{slot.digest}"
    return _title_key(material)


def _title_key(material: str) -> str:
    return f"title:{sha256(material)[:KEY_DIGEST_CHARS]}"


def _without_repeats(slots: Sequence[Slot], keys: Sequence[tuple[str, ...]]) -> list[Known]:
    """Mark entries that repeat another one: the later dated is delivered, or else the first."""
    groups: dict[str, int] = {}
    chosen: dict[int, int] = {}
    for at, own in enumerate(keys):
        earlier = next((groups[key] for key in own if key in groups), None)
        if earlier is None:
            groups.update((key, at) for key in own)
            continue
        winner = at if _later(slots[at], slots[earlier]) else earlier
        chosen[earlier if winner == at else at] = winner
        groups.update((key, winner) for key in (*keys[earlier], *own))
    return [Known(own, _final(at, chosen)) for at, own in enumerate(keys)]


def _later(one: Slot, other: Slot) -> bool:
    mine, theirs = (parse_date(slot.dated) if slot.dated else None for slot in (one, other))
    return mine is not None and (theirs is None or mine > theirs)


def _final(at: int, chosen: dict[int, int]) -> int | None:
    winner = chosen.get(at)
    while winner is not None and winner in chosen:
        winner = chosen[winner]
    return winner
