"""Where large platforms keep the feed of a page of theirs, which the page itself may not name. Pure.

What stands here is only ever tried: what is no feed by now is not offered, so a line that has aged does no harm.
"""

import re
from urllib.parse import parse_qs, urlsplit

# The platform's domain, what of the path (and of a query named in it) makes out the page, and the feed's address.
_PLACES = (
    ("youtube.com", r"/channel/(?P<id>UC[\w-]+)", "https://www.youtube.com/feeds/videos.xml?channel_id={id}"),
    ("youtube.com", r"/user/(?P<id>[\w.-]+)", "https://www.youtube.com/feeds/videos.xml?user={id}"),
    ("youtube.com", r"/playlist\?list=(?P<id>[\w-]+)", "https://www.youtube.com/feeds/videos.xml?playlist_id={id}"),
    ("vimeo.com", r"/(?P<id>[\w-]+)(?:/videos)?", "https://vimeo.com/{id}/videos/rss"),
    ("dailymotion.com", r"/(?:user/)?(?P<id>[\w.-]+)", "https://www.dailymotion.com/rss/user/{id}"),
    ("reddit.com", r"/(?P<id>(?:r|user|u)/[\w-]+)", "https://www.reddit.com/{id}/.rss"),
    ("github.com", r"/(?P<id>[\w.-]+/[\w.-]+)(?:/releases)?", "https://github.com/{id}/releases.atom"),
    ("bsky.app", r"/profile/(?P<id>[\w.:-]+)", "https://bsky.app/profile/{id}/rss"),
    ("medium.com", r"/(?P<id>@?[\w.-]+)", "https://medium.com/feed/{id}"),
)  # fmt: skip
_QUERY = "list"  # the one part of a query that any of them looks at


def feed_of(url: str) -> str | None:
    """Return where the feed of a platform's page should be, None: it is none that is known.

    >>> feed_of("https://www.youtube.com/playlist?list=PL0news&index=2")
    'https://www.youtube.com/feeds/videos.xml?playlist_id=PL0news'
    >>> feed_of("https://www.reddit.com/r/worldnews/"), feed_of("https://paper.example/r/worldnews/")
    ('https://www.reddit.com/r/worldnews/.rss', None)
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    value = parse_qs(parts.query).get(_QUERY)
    page = parts.path.rstrip("/") + (f"?{_QUERY}={value[0]}" if value else "")
    for domain, pattern, place in _PLACES:
        if (host == domain or host.endswith(f".{domain}")) and (found := re.fullmatch(pattern, page)):
            return place.format(id=found["id"])
    return None
