"""However slowly the other side behaves, for hours where a test let it, the safe client is done in time."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from shared.errors import FetchError
from shared.http.client import Client
from shared.http.exchange import closing
from shared.http.passport import Passport
from tests.outlet.outlet import Outlet
from tests.outlet.patience import PATIENT

SOON = replace(PATIENT, total_s=0.8)
IMPATIENT = replace(PATIENT, read_s=0.4)


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with Outlet() as outlet:
        outlet.publish("markets.xml", entries=50)
        yield outlet


def failure(client: Client, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        client.get(url)
    client.close()
    return caught.value


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_dripping_answer_ends_at_the_total_deadline(outlet: Outlet, part: str) -> None:
    outlet.drip("markets.xml", part, every_s=0.05)
    error = failure(Client(SOON, outlet.allow), outlet.url("markets.xml"))
    assert (error.kind, str(error)) == ("timeout", "The whole answer was not there after 0.8 s.")


def test_silence_ends_at_the_read_timeout(outlet: Outlet) -> None:
    outlet.delay("markets.xml", 3600)
    error = failure(Client(IMPATIENT, outlet.allow), outlet.url("markets.xml"))
    assert (error.kind, str(error)) == ("timeout", "The server sent nothing for 0.4 s.")


def test_the_deadline_runs_over_all_hops(outlet: Outlet) -> None:
    outlet.drip("markets.xml", "body", 0.05)
    outlet.redirect("first", "/second")
    outlet.redirect("second", "/markets.xml")
    assert failure(Client(SOON, outlet.allow), outlet.url("first")).kind == "timeout"


def test_requests_that_share_a_time_end_with_it(outlet: Outlet) -> None:
    outlet.delay("markets.xml", 3600)
    with Client(PATIENT, outlet.allow) as client, closing(1):
        for _ in range(2):  # the second one has what is left, and a moment at least
            with pytest.raises(FetchError) as caught:
                client.get(outlet.url("markets.xml"))
            assert (caught.value.kind, str(caught.value)) == ("timeout", "The whole answer was not there after 1 s.")


def test_who_is_given_less_time_ends_earlier_over_all_hops(outlet: Outlet) -> None:
    outlet.redirect("first", "/markets.xml")
    outlet.delay("markets.xml", 3600)
    with Client(PATIENT, outlet.allow) as client, pytest.raises(FetchError) as caught:
        client.get(outlet.url("first"), passport=Passport(timeout_s=1))
    assert (caught.value.kind, str(caught.value)) == ("timeout", "The whole answer was not there after 1 s.")


def test_who_is_given_more_time_may_be_silent_for_longer_at_each_hop(outlet: Outlet) -> None:
    outlet.redirect("first", "/page")
    outlet.serve("page", "words")
    outlet.delay("page", 1.2)
    with Client(IMPATIENT, outlet.allow) as client:
        assert client.get(outlet.url("first"), passport=Passport(timeout_s=60)).body == b"words"
        assert failure(client, outlet.url("first")).kind == "timeout"


def test_a_name_that_takes_for_ever_cannot_be_looked_up_for_now(outlet: Outlet) -> None:
    answered = threading.Event()

    def stuck(*_: Any, **__: Any) -> Any:
        answered.wait()
        raise OSError("too late")

    error = failure(Client(SOON, resolve=stuck), "http://slow.example/")
    answered.set()
    assert error.kind == "lookup"


def test_a_tls_handshake_that_never_comes_is_a_timeout(outlet: Outlet) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        error = failure(Client(replace(PATIENT, connect_s=0.3), [f"127.0.0.1:{port}"]), f"https://127.0.0.1:{port}/")
    assert error.kind == "timeout"


def test_a_slow_answer_within_the_limits_comes_whole(outlet: Outlet) -> None:
    outlet.serve("page", "words")
    outlet.drip("page", "body", 0.01)
    client = Client(PATIENT, outlet.allow)
    assert client.get(outlet.url("page")).body == b"words"
    client.close()


def test_slow_publishers_do_not_hold_up_a_quick_one(outlet: Outlet) -> None:
    outlet.delay("markets.xml", 3600)
    outlet.serve("page", "words")
    client = Client(PATIENT, outlet.allow)

    def hang() -> None:
        with pytest.raises(FetchError):
            client.get(outlet.url("markets.xml"))

    slow = [threading.Thread(target=hang) for _ in range(20)]
    for thread in slow:
        thread.start()
    while outlet.connections < len(slow):
        time.sleep(0.01)
    assert client.get(outlet.url("page")).body == b"words"
    outlet.drop_connections()
    for thread in slow:
        thread.join()
    client.close()
