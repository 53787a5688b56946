"""`column IN (many values)` as one parameter, however many they are.

A parameter each costs more to put together than most queries take to answer, and every other count of them is another
statement to both databases. A statement that is made once and given its values when it is executed (`among_given`,
`pairs_given`) costs SQLAlchemy a third of one that is put together anew.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Text, TypeDecorator, bindparam, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


def as_array(values: Iterable[Any]) -> str:
    """Return PostgreSQL's spelling of an array of numbers, moments, words and bytes, which the driver spells in Python.

    >>> as_array([1, None, "a, b"])
    '{1,NULL,"a, b"}'
    """
    values = list(values)
    try:
        return f"{{{','.join(map(int.__repr__, values))}}}"  # most are numbers
    except TypeError:
        return f"{{{','.join(map(_spelt, values))}}}"


def _spelt(value: Any) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"') if "\\" in value or '"' in value else value
        return f'"{escaped}"'
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    return "NULL" if value is None else str(value)


class _Many(TypeDecorator[list[Any]]):
    """Numbers or words: an array in PostgreSQL, JSON in SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, words: bool) -> None:
        self.words = words
        super().__init__()

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        return as_array(value or ()) if dialect.name == "postgresql" else json.dumps(value)


class _Each(FunctionElement[Any]):
    """The rows of one parameter."""

    name = "each"
    inherit_cache = True


class _Pairs(TypeDecorator[list[tuple[Any, Any]]]):
    """Pairs: one array behind another in PostgreSQL, whose planner counts what is in an array; JSON in SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, words: bool) -> None:
        self.words = words  # the second of each is one
        super().__init__()

    def process_bind_param(self, value: list[tuple[Any, Any]] | None, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return as_array(one for one, _ in value or ()) + as_array(other for _, other in value or ())
        return json.dumps(value)


class _EachPair(FunctionElement[Any]):
    """The rows of one parameter that holds pairs."""

    name = "each_pair"
    inherit_cache = True


def among(column: QueryableAttribute[Any], values: Iterable[int] | Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that `column` holds one of `values`."""
    many = _Many(isinstance(column.type, Text))
    return column.bool_op("IN")(_Each(bindparam(None, list(values), type_=many, unique=True)))


def among_given(column: QueryableAttribute[Any], name: str) -> ColumnElement[bool]:
    """Return the condition that `column` holds one of the values, a list, that are given as `name` at execution."""
    return column.bool_op("IN")(_Each(bindparam(name, type_=_Many(isinstance(column.type, Text)))))


def pairs_given(first: QueryableAttribute[Any], second: QueryableAttribute[Any], name: str) -> ColumnElement[bool]:
    """Return the condition that two columns, a number and a number or a word, hold one of the pairs given as `name`."""
    pairs = bindparam(name, type_=_Pairs(isinstance(second.type, Text)))
    return tuple_(first, second).bool_op("IN")(_EachPair(pairs))


@compiles(_Each, "sqlite")
def _in_sqlite(element: _Each, compiler: SQLCompiler, **more: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **more)}))"  # noqa: S608 - a parameter


@compiles(_EachPair, "sqlite")
def _pairs_in_sqlite(element: _EachPair, compiler: SQLCompiler, **more: Any) -> str:
    given = compiler.process(element.clauses, **more)
    return f"(SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each({given}))"  # noqa: S608


@compiles(_EachPair, "postgresql")
def _pairs_in_postgresql(element: _EachPair, compiler: SQLCompiler, **more: Any) -> str:
    pairs = next(iter(element.clauses)).type
    kind = "text" if isinstance(pairs, _Pairs) and pairs.words else "bigint"
    given = compiler.process(element.clauses, **more)
    firsts, seconds = f"split_part({given}, '}}', 1) || '}}'", f"substr({given}, strpos({given}, '}}') + 1)"
    return f"(SELECT * FROM unnest(({firsts})::bigint[], ({seconds})::{kind}[]))"  # noqa: S608 - a parameter


@compiles(_Each, "postgresql")
def _in_postgresql(element: _Each, compiler: SQLCompiler, **more: Any) -> str:
    many = next(iter(element.clauses)).type
    kind = "text" if isinstance(many, _Many) and many.words else "bigint"
    return f"(SELECT unnest({compiler.process(element.clauses, **more)}::{kind}[]))"
