"""Launchers of servers that come with Python packages: Valkey, for the embedded run.

Only a package's binaries are used. A server has a directory of its own and answers on a unix socket; it ends with
the process that started it, and as root it runs as `nobody`.
"""

from services.command.servers.valkey import Valkey

__all__ = ["Valkey"]
