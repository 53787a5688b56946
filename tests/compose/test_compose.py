"""The files of the compose stack agree with the settings; what takes an engine is in prove.sh."""

import re
import subprocess
from pathlib import Path

import pytest

from shared.settings import Settings

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()
COMPOSE = (ROOT / "docker-compose.yml").read_text()
OF_THE_FETCHER = {"WIREROOM_OPEN_KEY", "WIREROOM_FETCH_PROXY", "WIREROOM_SIGNING_KEY", "WIREROOM_SIGNING_DIRECTORY"}
OWN_TO_A_SERVICE = {"WIREROOM_DATABASE_URL", "WIREROOM_REDIS_URL", "WIREROOM_SIGNING_ANSWER"} | OF_THE_FETCHER
SETTINGS = {f"WIREROOM_{name.upper()}": field for name, field in Settings.model_fields.items()}


def block(name: str) -> str:
    """Return the lines of one service in docker-compose.yml."""
    found = re.search(rf"^  {name}:.*\n((?:    .*\n|\n)+)", COMPOSE, re.MULTILINE)
    assert found
    return found[1]


def test_the_example_holds_every_setting() -> None:
    assert set(re.findall(r"^# (WIREROOM_\w+)=", EXAMPLE, re.MULTILINE)) >= set(SETTINGS)


def test_the_example_holds_nothing_that_is_no_setting_and_no_password() -> None:
    of_the_stack = {"WIREROOM_REDIS_MAXMEMORY", "WIREROOM_IMAGE"}
    named = set(re.findall(r"^#? ?(WIREROOM_\w+)=", EXAMPLE, re.MULTILINE))
    assert {name for name in named - set(SETTINGS) - of_the_stack if not name.endswith("_PASSWORD")} == set()


@pytest.mark.parametrize("name", SETTINGS)
def test_the_example_shows_the_default(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    field = name.removeprefix("WIREROOM_").lower()
    shown = re.search(rf"^# {name}=(.*)$", EXAMPLE, re.MULTILINE)
    assert shown
    monkeypatch.setenv(name, shown[1])
    assert getattr(Settings(), field) == SETTINGS[name].default


@pytest.mark.parametrize("name", SETTINGS)
def test_the_example_says_what_a_setting_is(name: str) -> None:
    above = re.search(rf"((?:^# (?!WIREROOM_).*\n)+)^# {name}=", EXAMPLE, re.MULTILINE)
    assert above
    assert " ".join(above[1].replace("\n# ", " ")[2:].split()).startswith(SETTINGS[name].description or "")


def test_every_setting_reaches_the_containers() -> None:
    shared = COMPOSE[COMPOSE.index("x-settings:") : COMPOSE.index("x-database:")]
    assert set(re.findall(r"^  (WIREROOM_\w+):", shared, re.MULTILINE)) | OWN_TO_A_SERVICE == set(SETTINGS)


def test_passwords_are_empty_in_the_example_and_required_by_the_stack() -> None:
    asked = set(re.findall(r"\$\{(WIREROOM_\w+_PASSWORD):\?", COMPOSE))
    assert set(re.findall(r"^(WIREROOM_\w+_PASSWORD)=$", EXAMPLE, re.MULTILINE)) == asked
    assert set(re.findall(r"\$\{(WIREROOM_\w+_PASSWORD)", COMPOSE)) == asked
    assert "_PASSWORD:-" not in COMPOSE


def test_make_env_gives_each_password_a_value_of_its_own(tmp_path: Path) -> None:
    for name in ("Makefile", ".env.example"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(["make", "-s", "env"], cwd=tmp_path, check=True, capture_output=True)
    passwords = re.findall(r"^WIREROOM_\w+_PASSWORD=(\w+)$", (tmp_path / ".env").read_text(), re.MULTILINE)
    assert len(set(passwords)) == len(re.findall(r"_PASSWORD=$", EXAMPLE, re.MULTILINE))
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0


def test_only_the_reader_publishes_a_port_and_only_on_loopback() -> None:
    assert re.findall(r"^    ports: (.*)$", COMPOSE, re.MULTILINE) == ['["127.0.0.1:${WIREROOM_PORT:-8800}:8800"]']


def test_the_parser_shares_a_network_with_redis_alone() -> None:
    assert "networks: [parsing]" in block("parser")
    assert len(re.findall(r"networks:.*\bparsing\b", COMPOSE)) == 2
    assert "parsing" in block("redis")


def test_the_fetcher_shares_no_network_with_the_database() -> None:
    assert "networks: [fetching, web]" in block("fetcher")
    assert "networks: [store]" in block("postgres")


@pytest.mark.parametrize("service", ["fetcher", "parser"])
def test_stages_that_meet_strangers_hold_no_database_address(service: str) -> None:
    assert "database" not in block(service)


def test_what_the_fetcher_alone_may_know_reaches_no_other() -> None:
    assert all(block("fetcher").count(f"{name}:") == COMPOSE.count(f"{name}:") == 1 for name in OF_THE_FETCHER)
    assert "WIREROOM_SIGNING_ANSWER:" in block("reader")


def test_no_service_can_be_named_or_pinned_to_a_port_and_so_all_scale() -> None:
    assert "container_name" not in COMPOSE
    assert "hostname" not in COMPOSE


def test_a_name_in_env_that_is_no_setting_is_named_with_what_may_be_meant(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text(EXAMPLE)
    (tmp_path / ".env").write_text("WIREROOM_PORT=8801\nWIREROOM_POLL_FLOR_S=60\n# WIREROOM_NOTE=1\n")
    ran = subprocess.run(
        ["make", "-s", "-f", ROOT / "Makefile", "env"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout == ".env: WIREROOM_POLL_FLOR_S is no setting: WIREROOM_POLL_FLOOR_S may be meant.\n"
