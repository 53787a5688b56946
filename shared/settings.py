"""Every setting, read from the environment (`WIREROOM_…`) at the entry points and nowhere else."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.errors import UsageError

_PLACE = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):[0-9]{1,5}")
_ADDRESS = re.compile(r"https?://[^\s/]+\S*")
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(?::[0-9]{1,5})?")  # as RFC 6454 writes one, 6.2
_PROXY = re.compile(r"(?:https?|socks5h?)://(?:[^\s/@]+@)?(?:\[[0-9a-fA-F:.]+\]|[^\s:/@\[\]]+):[0-9]{1,5}")
_OF_THE_STACK = re.compile(r"WIREROOM_(IMAGE|REDIS_MAXMEMORY|\w+_PASSWORD)")  # what docker-compose.yml alone reads


TOTAL_MOST_S = 40  # for one request: with the 45 s after which a job begins none it stays within a task's time


class Settings(BaseSettings):
    """One frozen value; the unit of each number stands in its name or its description."""

    model_config = SettingsConfigDict(env_prefix="WIREROOM_", frozen=True, extra="ignore")

    database_url: str = Field("", description="SQLAlchemy URL of the store. Empty: SQLite in the data directory.")
    redis_url: str = Field("", description="redis://, rediss:// or unix:// URL of the belt. Empty: the bundled server.")
    data_dir: Path = Field(Path(".wireroom"), description="Where the embedded run keeps its database, belt and logs.")
    host: str = Field("127.0.0.1", description="Address the reader listens on.")
    port: int = Field(8800, ge=0, le=65535, description="Port the reader listens on; 0 takes a free one.")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR.")
    log_format: str = Field("console", pattern="^(console|json)$", description="console for people, json for machines.")

    lease_s: int = Field(300, ge=2, description="Seconds a worker has before its feed is given to another.")
    tick_s: float = Field(1.0, gt=0, description="Seconds between two looks at what is due.")
    job_size: int = Field(100, ge=1, le=500, description="Feeds or pages in one job at most.")
    belt_floor: int = Field(500, ge=1, description="Feeds that may always be on the belt, however slow the line is.")
    belt_memory_share: float = Field(
        0.6, gt=0, lt=1, description="Share of Redis' memory above which nothing is leased."
    )
    max_attempts: int = Field(3, ge=2, description="Worker deaths on one feed after which it is parked.")

    poll_interval_s: int = Field(900, ge=1, description="Seconds between polls of a feed that nothing is known of.")
    poll_floor_s: int = Field(300, ge=1, description="Fewest seconds between two polls of a feed.")
    poll_ceiling_s: int = Field(10_800, ge=1, description="Most seconds between two polls of a healthy feed.")
    poll_worth_s: int = Field(
        450, ge=1, description="Seconds that articles may wait, all together, before they are worth a request."
    )
    poll_fresh_s: int = Field(
        800, ge=0, description="Seconds within which an article should be found where that is worth it; 0: no such aim."
    )
    backoff_ceiling_s: int = Field(
        86_400, ge=1, description="Most seconds between polls of a failing feed; caps Retry-After."
    )
    poll_history_days: int = Field(30, ge=1, description="Days that the record of each poll is kept.")
    retention_days: int = Field(
        0, ge=0, description="Days that articles are kept whose title says nothing else; 0: for ever."
    )

    fetch_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Inner addresses that may be fetched, host:port, comma-separated."
    )
    fetch_proxy: str = Field(
        "",
        repr=False,
        description="Proxy that is asked for all but these, http(s):// or socks5://name:password@host:port; it judges "
        "addresses.",
    )
    fetch_spacing_s: float = Field(
        0.5, ge=0, description="Seconds between two requests to one registrable domain; inner addresses have none."
    )
    fetch_per_address: int = Field(
        8,
        ge=1,
        description="Requests at once that all fetchers have under way to one address; inner ones have no limit.",
    )
    fetch_authorities: Path | None = Field(
        None, description="File of certificate authorities (PEM) that are believed beside the bundled ones."
    )
    fetch_robots: bool = Field(True, description="Ask robots.txt before an article page is fetched.")
    seal_key: str = Field(
        "", repr=False, description="Seals feeds' header fields and credentials: `wireroom feeds keys` makes it."
    )
    open_key: str = Field("", repr=False, description="Opens them; the fetcher's alone where the services stand apart.")
    signing_key: str = Field(
        "", repr=False, description="Signs requests: `wireroom feeds keys --signing` makes it, for the fetcher alone."
    )
    signing_directory: str = Field("", description="Where its public half is published, https://host; beside it.")
    signing_answer: str = Field("", description="What the reader answers there; made with the key, and no secret.")
    fetch_pages: bool = Field(True, description="Fetch the article page where a feed gives only a summary.")
    fetch_threads: int = Field(100, ge=1, description="Sites that one fetch job talks to side by side.")
    user_agent: str = Field(
        "Wireroom/0.1 (+https://wireroom.example/about)",
        description="How the fetcher names itself; put your own contact here.",
    )
    connect_timeout_s: float = Field(5.0, gt=0, description="Seconds to connect.")
    read_timeout_s: float = Field(10.0, gt=0, description="Seconds between two reads.")
    total_timeout_s: float = Field(
        30.0, gt=0, le=TOTAL_MOST_S, description="Seconds from DNS to the last byte, over all redirects; 40 at most."
    )
    max_wire_bytes: int = Field(10 * 2**20, ge=1, description="Bytes of a body as sent.")
    max_document_bytes: int = Field(10 * 2**20, ge=1, description="Bytes of a body after decoding.")
    max_entries: int = Field(2000, ge=1, description="Entries of one document that are read at one poll.")
    parse_time_s: int = Field(20, ge=1, description="Seconds that one document may be parsed for.")
    parse_memory_mb: int = Field(2048, ge=256, description="MiB of address space of a parsing process.")

    fetch_processes: int = Field(2, ge=1, description="Processes of one fetch worker.")
    parse_processes: int = Field(2, ge=1, description="Processes of one parse worker.")
    index_processes: int = Field(1, ge=1, description="Processes of one index worker; SQLite wants 1.")

    drop_dir: Path | None = Field(None, description="Directory beneath which watched folders may lie; empty: none may.")
    sftp_known_hosts: Path | None = Field(
        None, description="Keys of SFTP servers that may be read, in OpenSSH's known_hosts form."
    )
    sftp_key: Path | None = Field(None, description="Private key that logs in where a drop has no password.")

    push_url: str = Field(
        "", description="Address at which hubs on the web reach the reader. Empty: no push is subscribed to."
    )

    fold_threshold: float = Field(
        0.6, gt=0, le=1, description="Share of the shorter text that two copies have in common at least."
    )
    fold_window_days: int = Field(14, ge=1, description="Days within which two texts can be copies.")

    @field_validator("fetch_allow", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("fetch_allow")
    @classmethod
    def _placed(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for place in value:
            if not _PLACE.fullmatch(place):
                raise ValueError(f"{place!r} is no place: write host:port, a port with each host")
        return value

    @field_validator("fetch_proxy")
    @classmethod
    def _asked(cls, value: str) -> str:
        if value and not _PROXY.fullmatch(value):
            raise ValueError(
                "a proxy is written http://host:port, or https:// or socks5:// so, with name:password@ before the host"
            )
        return value

    @field_validator("push_url")
    @classmethod
    def _reached(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError(f"{value!r} is no web address: write https://host, as hubs reach it")
        return value

    @field_validator("signing_directory")
    @classmethod
    def _published(cls, value: str) -> str:
        if value and not _ORIGIN.fullmatch(value):
            raise ValueError("a directory of keys is written https://host, without a path")
        return value

    @field_validator("fetch_authorities", "drop_dir", "sftp_known_hosts", "sftp_key", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        return value or None  # an empty path would be the directory we happen to be in

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.poll_floor_s > self.poll_ceiling_s:
            raise ValueError(
                f"WIREROOM_POLL_FLOOR_S ({self.poll_floor_s}) is above "
                f"WIREROOM_POLL_CEILING_S ({self.poll_ceiling_s}): lower the one or raise the other."
            )
        if bool(self.signing_key) != bool(self.signing_directory):
            raise ValueError("WIREROOM_SIGNING_KEY and WIREROOM_SIGNING_DIRECTORY go together: set both or neither.")
        return self


def read_settings() -> Settings:
    """Return the settings that the environment gives.

    :raises UsageError: a variable does not hold what it should; names the variable.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:  # two of them do not go together
            raise UsageError(first["msg"].removeprefix("Value error, ")) from None
        name = "WIREROOM_" + "_".join(str(part) for part in first["loc"]).upper()
        message = first["msg"].removeprefix("Value error, ")
        why = message[:1].lower() + message[1:]
        field = Settings.model_fields.get(str(first["loc"][0]))
        got = f"; got {first['input']!r}" if field is None or field.repr else ""  # which may be a secret
        raise UsageError(f"{name} is wrong: {why}{got}.") from None


def misspelt(names: Iterable[str]) -> dict[str, str | None]:
    """Return those of the environment's names that seem to be settings and are none, each with what may be meant.

    >>> misspelt(["WIREROOM_PROT", "WIREROOM_PORT", "WIREROOM_POSTGRES_PASSWORD", "HOME", "WIREROOM_X"])
    {'WIREROOM_PROT': 'WIREROOM_PORT', 'WIREROOM_X': None}
    """
    known = [f"WIREROOM_{name.upper()}" for name in Settings.model_fields]
    own = sorted(name for name in names if name.startswith("WIREROOM_") and name not in known)
    near = {name: get_close_matches(name, known, 1, 0.8) for name in own if not _OF_THE_STACK.fullmatch(name)}
    return {name: next(iter(meant), None) for name, meant in near.items()}
