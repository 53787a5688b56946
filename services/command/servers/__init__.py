"""Launchers of the servers that come with Python packages: Valkey for the embedded run, PostgreSQL for the tests.

Only the packages' binaries are used. Each server has a directory of its own and answers on a unix socket; it ends with
the process that started it, and as root it runs as `nobody`.
"""

from services.command.servers.postgres import Postgres
from services.command.servers.valkey import Valkey

__all__ = ["Postgres", "Valkey"]
