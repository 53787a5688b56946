"""Agencies' items as files, and the servers that agencies put them on, on loopback."""

import logging
import os
import socket
import threading
import time
import warnings
from pathlib import Path
from typing import Any, Self

import paramiko
from OpenSSL import SSL

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it stands on asyncore, which 3.11 still has
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
    from pyftpdlib.ioloop import IOLoop
    from pyftpdlib.servers import FTPServer

USER, PASSWORD = "wire", "s3cret"
LONG_AGO_S = 3600


def ninjs(number: int, headline: str = "Ferry runs aground off the pier") -> str:
    """Return one item of ninjs."""
    return (
        f'{{"uri": "urn:agency:{number}", "type": "text", "versioncreated": "2024-03-01T12:00:{number:02}Z", '
        f'"headline": "{headline} {number}", "body_html": "<p>The ferry {number} left the harbour at noon.</p>"}}'
    )


def nitf(number: int) -> str:
    """Return one item of NITF."""
    return (
        f'<nitf><head><docdata><doc-id id-string="nitf-{number}"/></docdata></head><body><body.head><hedline><hl1>'
        f"Mayor opens bridge {number}</hl1></hedline></body.head><body.content><p>The mayor opened bridge {number} on "
        "Friday morning in the rain.</p></body.content></body></nitf>"
    )


def put(folder: Path, name: str, text: str, age_s: int = LONG_AGO_S) -> Path:
    """Write a file that was last written a while ago."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    at = time.time() - age_s
    os.utime(path, (at, at))
    return path


class Ftp:
    """An FTP server over a folder; without `mlsd` one of the old kind, with `certificate` it wants TLS for all."""

    def __init__(self, folder: Path, *, mlsd: bool = True, certificate: Path | None = None) -> None:
        logging.getLogger("pyftpdlib").setLevel(logging.ERROR)
        authorizer = DummyAuthorizer()
        authorizer.add_user(USER, PASSWORD, str(folder), perm="elr")
        commands = dict(FTPHandler.proto_cmds)
        if not mlsd:
            del commands["MLSD"]
        settings = {"authorizer": authorizer, "proto_cmds": commands}
        if certificate:
            settings |= {"certfile": str(certificate), "tls_control_required": True, "tls_data_required": True}
            settings["proto_cmds"] = dict(TLS_FTPHandler.proto_cmds)
        handler = type("Handler", (TLS_FTPHandler if certificate else FTPHandler,), settings)
        self.offered: list[bytes] = []  # protocols that clients said they would speak under TLS (RFC 7301)
        if certificate:
            handler.get_ssl_context().set_alpn_select_callback(self._offered)
        self._loop = IOLoop()
        self._server = FTPServer(("127.0.0.1", 0), handler, ioloop=self._loop)
        self.place = f"127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _offered(self, _: SSL.Connection, protocols: list[bytes]) -> Any:
        self.offered += protocols
        return SSL.NO_OVERLAPPING_PROTOCOLS

    def _run(self) -> None:
        while not self._stop.is_set():
            self._loop.loop(timeout=0.05, blocking=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._server.close_all()


class Sftp:
    """An SFTP server over a folder; silent after the login until `stall` is set; every file has `size`, if given."""

    def __init__(self, folder: Path, stall: threading.Event | None = None, size: int | None = None) -> None:
        self._stall, self._size = stall, size
        self.key = paramiko.ECDSAKey.generate()
        self._folder = folder
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.place = f"127.0.0.1:{self.port}"
        self._transports: list[paramiko.Transport] = []
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def known_hosts(self, path: Path, key: Any = None) -> Path:
        """Write what OpenSSH's known_hosts would hold."""
        shown = key or self.key
        path.write_text(f"[127.0.0.1]:{self.port} {shown.get_name()} {shown.get_base64()}\n")
        return path

    def _accept(self) -> None:
        folder = self._folder
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, folder, self._size)
            self._transports.append(transport)
            try:
                transport.start_server(server=_Door(self._stall))
            except (paramiko.SSHException, EOFError, OSError):
                transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for transport in self._transports:
            transport.close()


class _Door(paramiko.ServerInterface):
    def __init__(self, stall: threading.Event | None) -> None:
        self._stall = stall

    def check_channel_subsystem_request(self, channel: Any, name: str) -> bool:
        if self._stall:
            self._stall.wait()
        return bool(super().check_channel_subsystem_request(channel, name))

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: Any, folder: Path, size: int | None) -> None:
        super().__init__(server)
        self._folder, self._size = folder, size

    def list_folder(self, path: str) -> Any:
        listed = []
        for one in (self._folder / path.strip("/")).iterdir():
            attributes = paramiko.SFTPAttributes.from_stat(one.stat())
            attributes.filename = one.name
            listed.append(attributes)
        return listed

    def stat(self, path: str) -> Any:
        return paramiko.SFTPAttributes.from_stat((self._folder / path.strip("/")).stat())

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        handle = _Handle(flags)
        handle.size = self._size
        handle.readfile = (self._folder / path.strip("/")).open("rb")
        return handle


class _Handle(paramiko.SFTPHandle):
    size: int | None = None

    def stat(self) -> Any:
        said = paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))
        said.st_size = self.size or said.st_size
        return said
