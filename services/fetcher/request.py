"""What is asked of a publisher: the header fields of one conditional request. Pure."""

from shared.messages import Kind, Target

ACCEPT = {
    Kind.FEED: "application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5",
    Kind.PAGE: "text/html, application/xhtml+xml, */*;q=0.5",
}


def headers_for(target: Target) -> dict[str, str]:
    """Return the header fields for `target`, conditional by all validators that are known (RFC 9110, 13.1)."""
    headers = {"Accept": ACCEPT[target.kind]}
    if target.validators.etag:
        headers["If-None-Match"] = target.validators.etag
    if target.validators.last_modified:
        headers["If-Modified-Since"] = target.validators.last_modified
    return headers
