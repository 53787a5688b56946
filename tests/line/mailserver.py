"""Mail servers on loopback: a real one, and one that says what a test has it say."""

import asyncio
import contextlib
import imaplib
import socket
import ssl
import threading
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer

USER, PASSWORD = "desk@harbour.example", "s3cret"


def letter(number: int, subject: str = "Mole is raised", sender: str = "Press <press@harbour.example>") -> bytes:
    """Return a message as it is sent."""
    fields = f"From: {sender}\r\nDate: Mon, 2 Mar 2026 09:00:{number % 60:02} +0000\r\nSubject: {subject} {number}\r\n"
    said = f"The harbour board said so on Monday, for the {number}th time. It gave no date."
    return f"{fields}Message-ID: <{number}@harbour.example>\r\n\r\n{said}\r\n".encode()


def _server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


class MailServer:
    """A mail server whose one user has an INBOX; under TLS from the first byte."""

    def __init__(self, certificate: Path) -> None:
        self._certificate = certificate
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result()
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.place = f"localhost:{self.port}"
        self.url = f"imaps://{self.place}/INBOX"
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @contextmanager
    def owner(self) -> Iterator[imaplib.IMAP4_SSL]:
        """Yield a connection of whom the mailbox belongs to."""
        context = ssl.create_default_context(cafile=str(self._certificate))
        with imaplib.IMAP4_SSL("localhost", self.port, ssl_context=context) as session:
            session.login(USER, PASSWORD)
            yield session

    def deliver(self, *messages: bytes, to: str = "INBOX") -> None:
        """Put messages into a mailbox."""
        with self.owner() as session:
            for message in messages:
                kind, said = session.append(f'"{to}"', "", None, message)
                assert kind == "OK", said

    async def _serve(self) -> asyncio.Server:
        said = {"demo_data": False, "demo_user": USER, "demo_password": PASSWORD, "host": None, "port": "0"}
        none = dict.fromkeys(("cert", "key", "proxy_protocol", "passlib_cfg"))
        backend, config = await DictBackend.init(Namespace(tls=False, debug=False, **said, **none))
        config.apply_context()
        talk = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
        return await asyncio.start_server(talk, "127.0.0.1", 0, ssl=_server_side(self._certificate))

    async def _end(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Caller:
    """One who called a scripted server."""

    def __init__(self, wire: ssl.SSLSocket) -> None:
        self._wire, self._heard = wire, wire.makefile("rb")
        self.tag = ""

    def say(self, *lines: str | bytes) -> None:
        """Send lines, or bytes as they are."""
        for line in lines:
            self._wire.sendall(line if isinstance(line, bytes) else f"{line}\r\n".encode())

    def hear(self) -> str:
        """Return the next line, of a command without its tag; nothing: the caller left."""
        tag, _, command = self._heard.readline().decode().rstrip("\r\n").partition(" ")
        self.tag = tag
        return command

    def close(self) -> None:
        """Hang up."""
        self._heard.close()
        self._wire.close()


class Scripted:
    """A server that does what `script` does with whoever calls."""

    def __init__(self, certificate: Path, script: Callable[[Caller], None]) -> None:
        self._context, self._script = _server_side(certificate), script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place = f"localhost:{self._listener.getsockname()[1]}"
        self.url = f"imaps://{self.place}/INBOX"
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._talk, args=(plain,)))
                self._threads[-1].start()

    def _talk(self, plain: socket.socket) -> None:
        with contextlib.suppress(OSError):
            caller = Caller(self._context.wrap_socket(plain, server_side=True))
            try:
                self._script(caller)
            finally:
                caller.close()


USUAL: dict[str, tuple[str | bytes, ...]] = {
    "": ("* OK ready",),
    "CAPABILITY": ("* CAPABILITY IMAP4rev1",),
    "EXAMINE": ("* 1 EXISTS", "* OK [UIDVALIDITY 7] valid", "* OK [UIDNEXT 6] next"),
    "SEARCH": ("* SEARCH 5",),
    "FETCH": ("* 1 FETCH (UID 5 RFC822.SIZE 100)",),
    "BODY": ("* 1 FETCH (UID 5 BODY[]<0> {5}", b"words)\r\n"),
}


def saying(**said: tuple[str | bytes, ...]) -> Callable[[Caller], None]:
    """Return a script that answers each command as usual but for those that are `said`, and tells what it heard.

    A line that begins with TAG ends the command; HELLO is the greeting; BODY what comes for one message.
    """
    answers = {**USUAL, **{"" if verb == "HELLO" else verb: lines for verb, lines in said.items()}}

    def script(caller: Caller) -> None:
        caller.say(*answers[""])
        while command := caller.hear():
            words = command.split()
            verb = "BODY" if "BODY.PEEK" in command else words[1] if words[0] == "UID" else words[0]
            lines = answers.get(verb, ())
            tag = caller.tag
            caller.say(*(one.replace("TAG", tag, 1) if isinstance(one, str) else one for one in lines))
            if not any(isinstance(one, str) and one.startswith("TAG ") for one in lines):
                caller.say(f"{tag} OK done")

    return script
