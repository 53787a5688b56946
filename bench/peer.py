"""The library `reader` beside us: installs it into an environment of its own and runs it there."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.errors import BenchError
from bench.result import Measure

VERSION = "3.26"
_PACKAGES = (f"reader=={VERSION}", "sgmllib3k==1.0.0")  # the latter: its own copy of feedparser asks for it
_HERE = Path(__file__).parent
_HOME = _HERE / ".venv-reader"
_PYTHON = _HOME / "bin" / "python"
_UV = Path(".uv/bin/uv")  # where `make setup` puts it, within our own environment


def install() -> None:
    """Return when `reader` can be run.

    :raises BenchError: it cannot be installed here and now.
    """
    if _version() == VERSION:
        return
    own = Path(sys.prefix) / _UV
    uv = str(own) if own.exists() else shutil.which("uv")
    if uv:
        make = [[uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(_HOME)]]
        fill = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(_PYTHON)]
    else:
        make = [[sys.executable, "-m", "venv", "--clear", str(_HOME)]]
        fill = [str(_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for command in (*make, [*fill, *_PACKAGES]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise BenchError(f"reader {VERSION} cannot be installed: {last}")


def _version() -> str:
    """Return the version that is installed, empty if there is none."""
    if not _PYTHON.exists():
        return ""
    ask = "import importlib.metadata as m; print(m.version('reader'))"
    return subprocess.run([str(_PYTHON), "-c", ask], capture_output=True, text=True, check=False).stdout.strip()


class Peer:
    """`reader` in a process of its own, with all feeds added, while the context lasts."""

    def __init__(self, database: Path, feeds: Sequence[str]) -> None:
        self._feeds = feeds
        command = [str(_PYTHON), str(_HERE / "reader_side.py"), str(database)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        for command in (f"add {self._feeds[0]}", "update", f"remove {self._feeds[0]}"):
            self._say(command)  # as on our side, so that all modules are loaded
        for url in self._feeds:
            self._say(f"add {url}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def update(self) -> Measure:
        """Poll all feeds once."""
        took = json.loads(self._say("update"))
        peak = took["memory"]
        return Measure(len(self._feeds), took["articles"], took["wall_s"], {"reader": took["cpu_s"]}, peak, peak)

    def _say(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        heard = self._process.stdout.readline()
        if not heard:
            raise BenchError("The library reader ended early; what it said stands above.")
        return heard
