"""How a feed is asked for that is looked at, where that takes more than its address: options of `poll` and `check`."""

from typing import TYPE_CHECKING, Annotated

import typer

from services.command.options import SECRET, said

if TYPE_CHECKING:
    from shared.http.passport import Passport

Post = Annotated[str | None, typer.Option(help=f"A body, for what lists on POST alone. {SECRET}")]
Header = Annotated[list[str] | None, typer.Option(help=f"A header field, 'Name: value'. {SECRET}")]
Http2 = Annotated[bool, typer.Option("--http2", help="Offer HTTP/2.")]


def passport_of(post: str | None, header: list[str] | None, *, http2: bool) -> "Passport":
    """Return what it is asked for with.

    :raises UsageError: one of them is not what it should be.
    """
    from shared.http.passport import Passport, read_headers, read_post

    fields = read_headers([said(one) for one in header or []])
    return Passport(headers=fields, post=None if post is None else read_post(said(post)), http2=http2)
