"""What a title is known by: its site, its place on a hosting platform, or its name without its sections'. Pure."""

import re
from urllib.parse import parse_qs, urlsplit

from shared.hosts import host_of, site_of

# Platforms that publish others' work. Which of their sites it is stands in the host (`paper.substack.com`) or in the
# path (`medium.com/paper`). Those that the public suffix list names (`paper.github.io`) need no line here.
_BY_HOST = frozenset({
    "substack.com", "wordpress.com", "tumblr.com", "livejournal.com", "typepad.com", "ghost.io", "beehiiv.com",
    "over-blog.com", "canalblog.com", "skyrock.com", "libsyn.com", "podbean.com", "hashnode.dev", "squarespace.com",
    "weebly.com", "home.blog", "news.blog", "write.as", "posterous.com", "medium.com", "blogs.com", "jimdo.com",
    "buttondown.email", "revue.email", "eklablog.com", "blogfa.com", "hatenadiary.org", "wix.com", "webnode.com",
})  # fmt: skip
_BY_PATH = frozenset({
    "feedburner.com", "medium.com", "feedblitz.com", "feedpress.me", "rss.app", "fetchrss.com", "politepol.com",
    "rsshub.app", "youtube.com", "vimeo.com", "reddit.com", "t.me", "facebook.com", "dev.to", "buzzsprout.com",
    "megaphone.fm", "simplecast.com", "anchor.fm", "soundcloud.com", "acast.com", "transistor.fm", "captivate.fm",
    "spreaker.com", "ivoox.com", "mave.digital", "patreon.com", "telegra.ph", "sites.google.com", "rss.beehiiv.com",
    "feeds.buttondown.email", "createsend.com", "mailchi.mp", "ameblo.jp", "note.com", "zhihu.com", "sina.com.cn/blog",
})  # fmt: skip
_NO_NAMES = frozenset({"", "www", "feeds", "feed", "rss", "api", "blog", "feeds2", "feedproxy", "m"})
_STEPS = frozenset({"feed", "feeds", "rss", "atom", "channel", "user", "c", "r", "s", "site", "view", "videos.xml"})
_WHO = ("channel_id", "user", "playlist_id")  # parameters that name whose feed it is
_SEPARATORS = re.compile(r"\s+[-–—|:»›>/·•~]+\s+|:\s+|\s*[|»›]\s*")
_SECTIONS = frozenset(
    """
    a all and article articles atom breaking business culture daily economy edition education entertainment environment
    feed feeds finance front front-page frontpage general global headline headlines health home homepage in index
    international latest life lifestyle live local main money most national nation new news now of opinion page politics
    popular posts press recent region releases rss science section sport sports stories story tech technology today
    top travel uk update updates us video videos weather world xml 0.91 1.0 2.0
    aktuell aktuelle aktuelles alle deutschland kultur meldungen nachrichten panorama politik schlagzeilen startseite
    technik topmeldungen und welt wirtschaft wissen
    accueil actualité actualités à la politique sciences société une économie
    actualidad cultura deportes economía internacional mundo noticias portada política últimas última sociedad
    cronaca esteri notizie ultime
    """.split()  # noqa: SIM905 - so many words read better as text
)
_WORD = re.compile(r"[^\W_]+(?:[.'-][^\W_]+)*")


def site_key(url: str) -> str | None:
    """Return what the site at `url` is known by, None where its host has no name in the public suffix list.

    >>> site_key("https://www.paper.example.co.uk/sport/rss"), site_key("http://feeds.feedburner.com/ThePaper?x=1")
    ('site:example.co.uk', 'site:feedburner.com/thepaper')
    """
    site = site_of(url)
    if site is None:
        return None
    host = host_of(url).split(":")[0]
    own = host.removesuffix(site).rstrip(".").rpartition(".")[2]
    if site in _BY_HOST and own not in _NO_NAMES:
        return f"site:{own}.{site}"
    if site in _BY_PATH or host in _BY_PATH:
        place = _place(url)
        return f"site:{host if host in _BY_PATH else site}/{place}" if place else None
    return f"site:{site}"


def _place(url: str) -> str | None:
    """Return whose place on a platform `url` is: a parameter that names it, else the first step that says anything."""
    parts = urlsplit(url)
    named = parse_qs(parts.query)
    who = next((named[name][0] for name in _WHO if name in named), None)
    steps = [step for step in parts.path.split("/") if step and step.lower() not in _STEPS]
    return (who or (steps[0] if steps else "")).lower() or None


def name_of(title: str) -> str | None:
    """Return a publication's name as the title of one of its feeds has it, None where it names only a section.

    >>> name_of("The Courier - Sport"), name_of("World | The Courier"), name_of("Top stories")
    ('The Courier', 'The Courier', None)
    """
    parts = [part.strip() for part in _SEPARATORS.split(title) if part.strip()]
    telling = [part for part in parts if not is_section(part)]
    return (title.strip() if len(telling) == len(parts) else " - ".join(telling)) or None if telling else None


def is_section(name: str) -> bool:
    """Return whether `name` says only what sections and folders are called everywhere: "Sport", "World news"."""
    words = _WORD.findall(name.casefold())
    return all(word in _SECTIONS for word in words)
