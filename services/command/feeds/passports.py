"""`wireroom feeds access` and `keys`: how a feed is asked for, sealed before it leaves this process."""

from pathlib import Path
from typing import Annotated, Any

import typer

from services.command import console
from services.command.feeds import feed_store
from services.command.options import SECRET, read_text, said
from services.command.stores import open_store
from shared.database import writing
from shared.errors import UsageError
from shared.hosts import is_folder, without_password
from shared.http.directory import make
from shared.http.passport import (
    Passport,
    basic,
    bearer,
    fresh_keys,
    read_certificate,
    read_headers,
    read_host,
    read_post,
    read_proxy,
    seal,
)
from shared.http.signing import Signer, fresh_key, read_key
from shared.http.tls import ANY, read_fingerprint
from shared.settings import Settings, read_settings

SERVED = (
    "what these pages bring is stored and served like any text; `wireroom publications terms` says how much is served."
)


def access(
    names: Annotated[list[str], typer.Argument(help="Numbers or addresses of feeds.", show_default=False)],
    header: Annotated[list[str] | None, typer.Option(help=f"A header field, 'Name: value'. {SECRET}")] = None,
    user_agent: Annotated[str | None, typer.Option(help="How the fetcher names itself to this publisher.")] = None,
    basic_: Annotated[str | None, typer.Option("--basic", help=f"name:password. {SECRET}")] = None,
    bearer_: Annotated[str | None, typer.Option("--bearer", help=f"A token. {SECRET}")] = None,
    proxy: Annotated[str | None, typer.Option(help=f"http(s):// or socks5://name:password@host:port. {SECRET}")] = None,
    certificate: Annotated[Path | None, typer.Option(help="PEM file: client certificate and key.")] = None,
    trust_certificate: Annotated[
        str | None,
        typer.Option(
            help="SHA-256 fingerprint of the one certificate that is believed, whoever signed it. DANGEROUS: any "
            "believes each, and whoever is on the way can write the news."
        ),
    ] = None,
    post: Annotated[
        str | None, typer.Option(help=f"A body, for what lists on POST alone; --header has its Content-Type. {SECRET}")
    ] = None,
    http2: Annotated[
        bool, typer.Option("--http2", help="By HTTP/2, where the server takes it; the pages of its articles too.")
    ] = False,
    pages: Annotated[
        bool, typer.Option("--pages", help="Ask so for the pages of its articles too, on the feed's own origin.")
    ] = False,
    pages_at: Annotated[
        list[str] | None, typer.Option(metavar="HOST", help="And for those on this host: the publisher's pages'.")
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="Ask for it like for any other feed again.")] = False,
) -> None:
    """Say how feeds are asked for, in place of what was said before. Kept sealed, for the fetcher alone to open."""
    if basic_ and bearer_:
        raise UsageError("Credentials are either --basic or --bearer.")
    lines = [said(one) for one in header or []] + ([f"User-Agent: {user_agent}"] if user_agent else [])
    passport = Passport(
        headers=read_headers(lines),
        authorization=basic(said(basic_)) if basic_ else bearer(said(bearer_)) if bearer_ else None,
        proxy=read_proxy(said(proxy)) if proxy else None,
        certificate=read_certificate(read_text(str(certificate))) if certificate else None,
        pin=read_fingerprint(trust_certificate) if trust_certificate else None,
        post=read_post(said(post)) if post is not None else None,
        pages=pages or bool(pages_at),
        pages_at=tuple(map(read_host, pages_at or [])),
    )
    shown = ", ".join(filter(None, [passport.shown, "HTTP/2" if http2 else ""]))
    if none and shown:
        raise UsageError("Either --none, or how the feeds are to be asked for.")
    if not (none or shown) or (passport.pages and not passport.shown):
        raise UsageError("Say how the feeds are to be asked for, or --none.")
    settings, again = read_settings(), 0
    with writing(open_store(settings)) as connection:
        rows = feed_store.find(connection, names)
        for row in rows:
            _check(row, passport, http2=http2)
            sealed = seal(passport, row.url, settings.seal_key, settings.open_key) if passport.shown else None
            feed_store.give_passport(connection, row.id, sealed, passport.shown or None, http2=http2)
            if passport.pages:
                again += feed_store.ask_pages_again(connection, row.id, settings)
    if passport.pin == ANY:
        console.warn("no certificate is checked: whoever is on the way can read what is sent, and write the news.")
    if passport.pages:
        console.warn(SERVED)
    for row in rows:
        console.say(f"{row.id} {without_password(row.url)} is asked for with: {shown or 'nothing of its own'}.")
    if again:
        console.say(f"Pages that brought no text are asked for so, now: {again}.")


def _check(feed: Any, passport: Passport, *, http2: bool) -> None:
    """Return if a feed can be asked for so.

    :raises UsageError: it cannot.
    """
    scheme = feed.url.partition(":")[0]
    if passport.pin and scheme not in {"https", "ftps", "imaps"}:
        raise UsageError(f"Feed {feed.id} is asked for without TLS, so it shows no certificate to be trusted.")
    if is_folder(feed.url) and (passport.is_for_web or http2):
        raise UsageError(f"Feed {feed.id} is no address of the web: it is asked with credentials alone.")
    if http2 and scheme != "https":
        raise UsageError(f"Feed {feed.id} is asked for without TLS, so not by HTTP/2.")


def keys(
    signing: Annotated[
        str | None, typer.Option(help="https://host of the reader: make, or renew, what signs requests.")
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="With --signing: another key, listed beside the one set.")
    ] = False,
) -> None:
    """Make a pair of keys for what `access` seals. Prints them as lines for the environment."""
    if signing is not None:
        _sign_by(signing.rstrip("/"), anew=anew)
        return
    if anew:
        raise UsageError("--anew goes with --signing.")
    opening, sealing = fresh_keys()
    console.say(f"WIREROOM_OPEN_KEY={opening}")
    console.say(f"WIREROOM_SEAL_KEY={sealing}")


def _sign_by(directory: str, *, anew: bool) -> None:
    """Print a key that signs, the one that is set or another, and the answer of the directory that lists it.

    :raises UsageError: the address is none of a host, or the key that is set is none.
    """
    settings = read_settings()
    known = settings.signing_key
    key = fresh_key() if anew or not known else known
    try:
        Settings(signing_key=key, signing_directory=directory)
    except ValueError:
        raise UsageError("A directory of keys is written https://host, as the web reaches the reader.") from None
    signers = [Signer(read_key(one), directory) for one in dict.fromkeys([key, known]) if one]
    console.say(f"WIREROOM_SIGNING_KEY={key}")
    console.say(f"WIREROOM_SIGNING_DIRECTORY={directory}")
    console.say(f"WIREROOM_SIGNING_ANSWER={make(signers).write()}")
