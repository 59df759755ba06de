"""Idempotency-Key: the same request sent twice has one effect and one answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from services.contracts.errors import Conflict, Invalid
from services.runtime.database import Database, Instant, Transaction
from services.runtime.outbox import tables

LONGEST_KEY = 200
answers = sa.Table(
    "idempotency",
    tables,
    sa.Column("key", sa.String(LONGEST_KEY + 100), primary_key=True),
    sa.Column("request", sa.String(64), nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("answer", sa.LargeBinary, nullable=False),
    sa.Column("created", Instant, nullable=False),
)


def once(
    database: Database, key: str | None, route: str, body: Any, act: Callable[[Transaction], tuple[int, Any]]
) -> tuple[int, Any]:
    """Run `act` in a transaction that also remembers its answer under the key; a second call gets that answer.

    Raises `Conflict` when the key was used for another body on this route, `Invalid` when the key is too long.
    """
    name, digest = _name(key, route), hashlib.sha256(orjson.dumps(body, default=str)).hexdigest()
    try:
        return _once(database, name, digest, act)
    except IntegrityError:
        # The same request ran beside this one and was first; what it did is there now.
        return _once(database, name, digest, act)


def _name(key: str | None, route: str) -> str | None:
    if key is not None and len(key) > LONGEST_KEY:
        raise Invalid("The Idempotency-Key is too long.", {"Idempotency-Key": [f"at most {LONGEST_KEY} characters"]})
    return None if key is None else f"{route} {key}"


def _once(database: Database, name: str | None, digest: str, act: Callable[[Transaction], tuple[int, Any]]) -> tuple[int, Any]:
    with database.transaction() as work:
        if name is None:
            return act(work)
        known = work.execute(sa.select(answers).where(answers.c.key == name)).one_or_none()
        if known is not None:
            if known.request != digest:
                raise Conflict("This Idempotency-Key was used for another request. Use a new one.")
            return known.status, orjson.loads(known.answer)
        status, answer = act(work)
        row = {"key": name, "request": digest, "status": status, "answer": orjson.dumps(answer), "created": work.now}
        work.add(answers, row)
        return status, answer
