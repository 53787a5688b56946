"""Whoever hangs up is said to have hung up, be it by an end or by a reset of the connection."""

import socket
import struct

import pytest

from shared.errors import FetchError
from shared.http.client import Client, Limits
from shared.http.passport import Passport
from tests.outlet.listener import Listener

AT_ONCE = struct.pack("ii", 1, 0)  # what is not yet sent is dropped, and a reset is sent


class Leaver(Listener):
    """Hears the first words of whoever connects, and hangs up."""

    def __init__(self, *, resets: bool) -> None:
        self._resets = resets
        super().__init__()

    def _serve(self, client: socket.socket) -> None:
        with client:
            client.recv(65_536)
            if self._resets:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)


def failure(leaver: Leaver, url: str, passport: Passport) -> tuple[str, str]:
    place = f"127.0.0.1:{leaver.port}"
    with Client(Limits(), [place, "paper.example:443"]) as client, pytest.raises(FetchError) as caught:
        client.get(url.replace("PLACE", place), passport=passport)
    return caught.value.kind, str(caught.value)


@pytest.mark.parametrize("resets", [False, True], ids=["ends", "resets"])
@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_publisher_that_hangs_up_has_cut_its_answer_short(scheme: str, *, http2: bool, resets: bool) -> None:
    with Leaver(resets=resets) as leaver:
        told = failure(leaver, f"{scheme}://PLACE/feed", Passport(http2=http2))
    assert told == ("truncated", "The server hung up before the end of its answer.")


@pytest.mark.parametrize("resets", [False, True], ids=["ends", "resets"])
@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
def test_a_proxy_that_hangs_up_before_it_leads_on_is_no_failure_of_the_publisher(scheme: str, *, resets: bool) -> None:
    with Leaver(resets=resets) as leaver:
        proxy = Passport(proxy=f"{scheme}://127.0.0.1:{leaver.port}")
        assert failure(leaver, "https://paper.example/feed", proxy) == ("proxy", "The proxy refuses: it hung up.")
