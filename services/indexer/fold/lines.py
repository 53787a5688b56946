"""One line of a file to fold: {id, publisher, title, text} and what else is known of the article. Pure."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.errors import UsageError

MORE = ("url", "canonical_url", "agency_item", "credit", "dateline")  # what a line may give besides


@dataclass(frozen=True)
class Article:
    """One line of the file."""

    id: str  # as JSON: 1 and "1" are two
    publication: str | None  # None: unknown
    headline: str
    text: str
    recorded_at: datetime | None
    url: str | None
    canonical_url: str | None = None
    agency_item: str | None = None
    credit: str | None = None
    dateline: str | None = None


def parse_line(number: int, line: str | bytes) -> object:
    """Return the JSON value of a line, which is UTF-8; a byte order mark before it is none of it.

    :raises UsageError: it is no JSON; names the line.
    """
    try:
        return json.loads(line)
    except UnicodeDecodeError:
        raise UsageError(f"Line {number} is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise UsageError(f"Line {number} is not JSON: {error.msg} at character {error.pos + 1}.") from None
    except ValueError as error:  # a number of too many digits
        raise UsageError(f"Line {number} is not JSON: {error}.") from None
    except RecursionError:
        raise UsageError(f"Line {number} is not JSON that can be read: it is nested too deep.") from None


def read_line(number: int, line: object) -> Article:
    """Return the article that a line describes; an empty or missing publisher, title, time or address is unknown.

    :raises UsageError: it is no article; names the line and the field.
    """
    if not isinstance(line, dict):
        raise UsageError(
            f"Line {number} is no object; each line is {{id, publisher, title, text, published_at?, url?}}."
        )
    name = line.get("id")
    if not isinstance(name, str | int) or isinstance(name, bool) or name == "":
        raise UsageError(f"Line {number}: id must be a string or a whole number{_got(name)}.")
    if "text" not in line:
        raise UsageError(f"Line {number}: text is missing.")
    publisher, title, text, moment = (
        _string(number, line, field) for field in ("publisher", "title", "text", "published_at")
    )
    more = {field: _string(number, line, field) or None for field in MORE}
    return Article(json.dumps(name), publisher or None, title, text, _moment(number, moment), **more)


def _string(number: int, line: dict[str, object], field: str) -> str:
    value = line.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UsageError(f"Line {number}: {field} must be a string{_got(value)}.")
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _moment(number: int, text: str) -> datetime | None:
    """Return the moment that a time (RFC 3339) or a bare date names; one without an offset is read as UTC.

    A window of days does not mind the hours by which that may be wrong.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"Line {number}: published_at must be an RFC 3339 time{_got(text)}.") from None


def _got(value: object) -> str:
    return "" if value is None else f", not {json.dumps(value, ensure_ascii=False)[:60]}"
