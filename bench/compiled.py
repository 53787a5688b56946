"""The simulation on compiled decision functions: the same sources, translated to C by mypyc, which comes with mypy.

    copy the sources ▶ compile the modules that decide ▶ run there what was to be run here

What is compiled is kept until a source changes, and gives the same figures to the last digit, several times as fast.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from shared.polling import rhythm

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "bench" / ".compiled"
MODULES = ("rhythm", "waiting", "schedule", "replay")
SOURCES = (*(f"shared/polling/{name}.py" for name in MODULES), "bench/simulation_policies.py")


def is_compiled() -> bool:
    """Return whether this process decides by compiled functions."""
    return not str(rhythm.__file__).endswith(".py")


def run_compiled(module: str, words: list[str]) -> int | None:
    """Run `module` with `words` where its decisions are compiled; return its status, None: nothing can be compiled."""
    place = KEPT / _digest()
    if not (place / ".done").exists():
        shutil.rmtree(KEPT, ignore_errors=True)
        if said := _compile(place):
            print(f"Not compiled, so it takes some five times as long: {said}", file=sys.stderr)
            return None
    return subprocess.run([sys.executable, "-m", module, *words], cwd=place, check=False).returncode


def _digest() -> str:
    """Return what changes with any source and with the interpreter."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted([*(ROOT / "shared").rglob("*.py"), *(ROOT / "bench").glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _compile(place: Path) -> str:
    """Copy the sources to `place` and compile them there; return the last line of what went wrong, empty: nothing."""
    for folder in ("shared", "bench"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns(".*", "__pycache__", "results"))
    asked = [sys.executable, "-m", "mypyc", "--strict", "--ignore-missing-imports", "--follow-imports=silent", *SOURCES]
    try:
        done = subprocess.run(asked, cwd=place, check=False, capture_output=True, text=True)
    except OSError as error:
        return str(error)
    if done.returncode:
        return (done.stderr.strip() or done.stdout.strip() or "mypyc failed").splitlines()[-1]
    (place / ".done").touch()
    return ""
