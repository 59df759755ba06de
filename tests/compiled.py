"""What is compiled for each application and each store anew is compiled once for all tests of a process: half of what they cost."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

#: More statements than all services have.
STATEMENTS = 4000


def share_rules(patch: pytest.MonkeyPatch) -> None:
    """What a rule of an application compiles to is kept for the next application with the same rule."""
    kept: dict[tuple[object, ...], dict[str, Any]] = {}
    builders: dict[tuple[object, ...], Any] = {}
    compile_, compile_builder = Rule.compile, Rule._compile_builder

    def key_of(rule: Rule) -> tuple[object, ...]:
        return rule.rule, rule.subdomain, rule.host, str(rule.defaults), rule.merge_slashes, rule.strict_slashes

    def compiled(rule: Rule) -> None:
        known = kept.get(key_of(rule))
        if known is None:
            compile_(rule)
            names = ("_parts", "_trace", "_converters", "arguments")
            kept[key_of(rule)] = {name: getattr(rule, name) for name in names}
            return
        vars(rule).update(known)
        rule._build, rule._build_unknown = (rule._compile_builder(unknown).__get__(rule, None) for unknown in (False, True))

    def builder(rule: Rule, append_unknown: bool = True) -> Any:
        key = (*key_of(rule), append_unknown)
        if key not in builders:
            builders[key] = compile_builder(rule, append_unknown)
        return builders[key]

    patch.setattr(Rule, "compile", compiled)
    patch.setattr(Rule, "_compile_builder", builder)


def share_statements(patch: pytest.MonkeyPatch) -> None:
    """What a statement compiles to is kept for all stores of one kind; their dialects count as one."""
    caches: dict[type, LRUCache[Any, Any]] = {}

    def cache(engine: Engine) -> LRUCache[Any, Any]:
        return caches.setdefault(type(engine.dialect), LRUCache(STATEMENTS))

    # What an engine sets for itself when it is made is let go.
    patch.setattr(Engine, "_compiled_cache", property(cache, lambda engine, own: None), raising=False)
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        patch.setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))
        patch.setattr(dialect, "__hash__", lambda self: hash(type(self)))
