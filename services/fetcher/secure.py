"""TLS with servers that speak another protocol than HTTP: their certificates are believed as those of the web are."""

import ssl
from collections.abc import Callable
from typing import Protocol, TypeVar

from shared.errors import FetchError
from shared.http.client import Client
from shared.http.mishaps import explain
from shared.http.tls import NONE, Mistrusted, shown


class Closing(Protocol):
    """What is begun, and can be ended."""

    def close(self) -> object:
        """End it."""


Begun = TypeVar("Begun", bound=Closing)


def begun(client: Client, pin: str | None, begin: Callable[[ssl.SSLContext], Begun]) -> Begun:
    """Return what `begin` begins under TLS, where the certificate of `pin` alone is believed if there is one.

    :raises FetchError: the server shows a certificate that is not believed; says which.
    """
    try:
        return begin(client.tls(pin))
    except ssl.SSLCertVerificationError as error:
        try:
            begin(client.tls(NONE)).close()
        except Mistrusted as mistrusted:
            raise FetchError("tls", f"{explain(error)} {shown(mistrusted.fingerprint)}") from error
        raise
