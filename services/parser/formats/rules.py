"""Which rules can be read: told when they are given, and not when a page is there. Pure."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from services.parser.fields.dates import parse_date
from services.parser.formats import selecting
from services.parser.formats.ruleditem import WITHIN
from services.parser.sieve import sieve_of
from shared import rewriting
from shared.errors import UsageError
from shared.jsonpath import holes_in, steps_of
from shared.rules import LISTING, MOST_DROPPED, RULE_CHARS, Rules

_NOON = "2025-01-01 12:00"


def read_rules(given: Mapping[str, Any]) -> Rules | None:
    """Return the rules that are given by name, None where none is.

    :raises UsageError: they cannot be read.
    """
    said = {name: rule for name, rule in given.items() if rule not in (None, [], ())}
    if not said:
        return None
    try:
        rules = Rules.model_validate(said)
    except ValidationError as error:
        name = error.errors()[0]["loc"][0]
        raise UsageError(
            f"A rule has 1 to {RULE_CHARS} characters in a line, and of a kind {MOST_DROPPED} are the most: see {name}."
        ) from None
    check(rules)
    return rules


def check(rules: Rules) -> None:
    """Take rules that can be read.

    :raises UsageError: one of them cannot, or says how to read what no other says where to find.
    """
    if not rules.listed and (
        lone := next((name for name in (*LISTING, "zone", "script") if getattr(rules, name)), None)
    ):
        raise UsageError(f"The rule for {lone} needs one that says which elements are the items.")
    if rules.in_json:
        _check_paths(rules)
    elif rules.items:
        _check_selectors(rules)
    if rules.zone and parse_date(f"{_NOON} {rules.zone}") is None:
        raise UsageError(f"{rules.zone!r} is no zone: write Europe/Paris, UTC or +02:00.")
    sieve_of(rules)
    for rule in filter(None, (rules.script, rules.body, *rules.drop)):
        selecting.check(rule)
    if rules.rewrite:
        rewriting.check(rules.rewrite)


def _check_paths(rules: Rules) -> None:
    for name in LISTING:
        rule = getattr(rules, name) or ""
        for path in holes_in(rule) if "{" in rule and name != "items" else filter(None, (rule,)):
            steps_of(path)


def _check_selectors(rules: Rules) -> None:
    if rules.script:
        raise UsageError("A script holds JSON: the rule for items is a path in it then, which begins with $.")
    for name in LISTING:
        if rule := getattr(rules, name):
            selecting.check(rule, within=name in WITHIN)
