"""What is asked of a publisher: the header fields of one request. Pure."""

from shared.messages import Kind, Target

ACCEPT = {
    Kind.FEED: "application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5",
    Kind.PAGE: "text/html, application/xhtml+xml, */*;q=0.5",
}
JSON = "application/json, */*;q=0.5"


def is_conditional(target: Target) -> bool:
    """Return whether `target` is asked for on conditions: validators that have lied are believed only to be tested."""
    known = target.validators
    return bool(known.etag or known.last_modified) and (target.audit or not target.distrusted)


def headers_for(target: Target, *, conditional: bool) -> dict[str, str]:
    """Return the header fields for `target`, conditional by all validators that are known (RFC 9110, 13.1).

    Where the last window is known too, only what is new since is asked for (RFC 3229, 10.5.3, `feed`), of whoever can
    tell; but not in an audit, which wants to see all.
    """
    headers = {"Accept": _accepted(target)}
    if not conditional:
        return headers
    if target.validators.etag:
        headers["If-None-Match"] = target.validators.etag
        if target.kind is Kind.FEED and target.known and not target.audit:
            headers["A-IM"] = "feed"
    if target.validators.last_modified:
        headers["If-Modified-Since"] = target.validators.last_modified
    return headers


def _accepted(target: Target) -> str:
    """Return what is accepted: of a feed that is read by rules what these are for, and no feed at the same address."""
    rules = target.rules
    if target.kind is Kind.PAGE or rules is None or not rules.listed:
        return ACCEPT[target.kind]
    return JSON if rules.in_json and rules.script is None else ACCEPT[Kind.PAGE]
