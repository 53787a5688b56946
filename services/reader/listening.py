"""Where the reader listens: the socket, and the address that leads to it."""

import socket

from shared.errors import UsageError

BACKLOG = 128


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; port 0 takes a free one.

    :raises UsageError: it cannot be had; says why and what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0].lower()  # what follows names the address again
        raise UsageError(
            f"The reader cannot listen on {host}:{port}: {why}. "
            "Set WIREROOM_HOST and WIREROOM_PORT to an address of this machine and a free port."
        ) from error
    # connections inherit it; without it, an answer's last bytes wait 40 ms for the client's acknowledgement
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def address(host: str, port: int) -> str:
    """Return the address that browsers use.

    >>> address("::1", 8800)
    'http://[::1]:8800/'
    """
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
