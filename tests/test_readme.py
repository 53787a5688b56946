"""What the README promises about settings is what the settings are."""

import re
from pathlib import Path

from shared.settings import Settings

README = Path(__file__).parents[1] / "README.md"


def test_the_table_of_settings_is_complete_and_current() -> None:
    rows = re.findall(r"^\| `WIREROOM_(\w+)` \| (?:`(.*?)`|–) \| (.*) \|$", README.read_text(), re.MULTILINE)
    fields = Settings.model_fields.items()
    assert sorted(rows) == sorted((name.upper(), _shown(one.default), one.description) for name, one in fields)


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default in ("", (), None) else str(default)
