"""`column IN (many values)` as one parameter, however many they are.

A parameter each costs more to put together than most queries take to answer, and every other count of them is another
statement to both databases.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Dialect, Text, TypeDecorator, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class _Many(TypeDecorator[list[Any]]):
    """Numbers or words: an array in PostgreSQL, JSON in SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, words: bool) -> None:
        self.words = words
        super().__init__()

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        array = ARRAY(Text() if self.words else BigInteger())
        return dialect.type_descriptor(array if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value)


class _Each(FunctionElement[Any]):
    """The rows of one parameter."""

    name = "each"
    inherit_cache = True


def among(column: QueryableAttribute[Any], values: Iterable[int] | Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that `column` holds one of `values`."""
    many = _Many(isinstance(column.type, Text))
    return column.bool_op("IN")(_Each(bindparam(None, list(values), type_=many, unique=True)))


@compiles(_Each, "sqlite")
def _in_sqlite(element: _Each, compiler: SQLCompiler, **more: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **more)}))"  # noqa: S608 - a parameter


@compiles(_Each, "postgresql")
def _in_postgresql(element: _Each, compiler: SQLCompiler, **more: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **more)}))"
