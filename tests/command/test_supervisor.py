"""The embedded run's processes, as their supervisor starts them."""

import os
from pathlib import Path

import pytest

from services.command.supervisor import Child, Service


def test_a_file_that_lies_where_it_runs_is_no_module_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("services", "shared", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    child = Child(Service("version", ("--version",)), os.environ)
    child.keep_running()
    assert child.process is not None
    child.process.communicate()
    assert child.process.returncode == 0
