"""A page as apps for many titles make them: an article between a menu, a wall and other articles."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

FRAME = (
    "Get all your news in one place.", "Hundreds of titles.", "One app.", "Start reading",
    "Sign up to read this article",
    "Read news from hundreds of titles, curated specifically for you.", "Already a member? Sign in here",
    "Related Stories",
    "Top stories right now", "One subscription that gives you access to news from hundreds of sites", "Our Picks",
    "Fourteen days free", "Download the app", "One app. One membership.", "A hundred trusted global sources.",
)  # fmt: skip
TEASERS = (
    "Ferries stay in port for a third day as the wind turns north",
    "What the new tide tables mean for the lower market",
    "The lighthouse keeper who writes to every ship",
    "Five walks along the harbour wall, and where to eat after them",
)

CAPTIONS = {
    "figure": '<figure><img src="{url}" width="960" height="640"><figcaption>{line}</figcaption></figure>',
    "div": '<div class="media"><img src="{url}" width="960" height="640"><div class="small">{line}</div></div>',
    "p": '<p><img src="{url}" width="960" height="640"></p><p><em>{line}</em></p>',
}


@dataclass(frozen=True)
class Picture:
    """A picture with what stands below it, such as `The pier at dusk (Harbour Pictures)`."""

    url: str
    line: str


def reader_page(
    title: str, publication: str, section: str, byline: str, blocks: Sequence[str | Picture], captions: str = "figure"
) -> bytes:
    """Return the page; its captions stand in a `figure`, in a `div` with the picture, or in a `p` of their own."""
    text = "".join(
        CAPTIONS[captions].format(url=one.url, line=escape(one.line))
        if isinstance(one, Picture)
        else f"<p>{escape(one)}</p>"
        for one in blocks
    )
    teasers = "".join(
        f'<li class="card"><a href="/news/{at}"><img src="/cards/{at}.jpg" width="300"><h3>{escape(line)}</h3></a></li>'
        for at, line in enumerate(TEASERS)
    )
    frame = [escape(line) for line in FRAME]
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} | Reading Room</title>
      <meta property="og:title" content="{escape(title)}"><meta property="og:site_name" content="Reading Room">
      <meta name="description" content="{escape(str(blocks[0]))}"></head>
      <body><header><div><h2>{frame[0]}</h2><p>{frame[1]}</p><p>{frame[2]}</p>
      <a class="button" href="/start">{frame[3]}</a></div></header>
      <main><article class="story"><div><img src="/logos/p.png" alt="{escape(publication)}" width="40">
      <a href="/publishers/p">{escape(publication)}</a></div>
      <div class="story-meta"><span class="category">{escape(section)}</span>
      <span class="author">{escape(byline)}</span></div><h1>{escape(title)}</h1>
      <div class="story-body">{text}</div></article>
      <div class="paywall"><h2>{frame[4]}</h2><p>{frame[5]}</p><p>{frame[6]}</p></div>
      <section><h2>{frame[7]}</h2><ul>{teasers}</ul></section>
      <section class="top"><h2>{frame[8]}</h2><ul>{teasers}</ul><p>{frame[9]}</p><p>{frame[6]}</p></section>
      <section class="picks"><h2>{frame[10]}</h2><ul>{teasers}</ul></section></main>
      <footer><p>{frame[11]}</p><a href="/app">{frame[12]}</a><p>{frame[13]}</p><p>{frame[14]}</p></footer>
      </body></html>""".encode()
