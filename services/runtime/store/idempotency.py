"""Idempotency-Key: the same request sent twice has one effect and one answer.

A remembered answer may hold a secret, so it goes only to the caller it was first given to: a key counts for one principal and
one route, path included. Callers without a token share one scope, where the key itself is what others must not guess.
Answers are kept for `KEPT` and are gone with the case they name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import msgspec
import orjson
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from services.contracts.errors import Conflict, Invalid
from services.runtime.store.database import Database, Instant, Transaction
from services.runtime.store.outgoing.outbox import tables

LONGEST_KEY = 200
#: What a key needs without a token: a random UUID has 36 characters, 16 random bytes in base64 have 22.
SHORTEST_PUBLIC_KEY = 22
KEPT = timedelta(hours=24)
PRUNED_A_COMMIT = 1000
HEADER = "Idempotency-Key"
A = TypeVar("A")
#: What a request does, and its answer: status and body.
Act = Callable[[Transaction], tuple[int, A]]
#: `key` is the digest of principal, route and key; `subject` is what the answer names as its id.
answers = sa.Table(
    "idempotency",
    tables,
    sa.Column("key", sa.String(300), primary_key=True),
    sa.Column("request", sa.String(64), nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("answer", sa.LargeBinary, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("subject", sa.String(64)),
    sa.Index("idempotency_created", "created"),
    sa.Index("idempotency_subject", "subject"),
)
_KNOWN = sa.select(answers).where(answers.c.key == sa.bindparam("name"))


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a request, and the principal who sent it (None: somebody without a token)."""

    text: str
    principal: str | None

    @classmethod
    def of(cls, header: str | None, principal: str | None) -> Key | None:
        """The key in a header; a blank one is none."""
        text = (header or "").strip()
        return cls(text, principal) if text else None

    def name(self, route: str) -> str:
        """What an answer is remembered under; raises `Invalid` for a key that is too long, or too short to be a secret."""
        if len(self.text) > LONGEST_KEY:
            raise Invalid("The Idempotency-Key is too long.", {HEADER: [f"at most {LONGEST_KEY} characters"]})
        if self.principal is None and len(self.text) < SHORTEST_PUBLIC_KEY:
            raise Invalid(
                "Without a token the Idempotency-Key has to be one that nobody can guess: send a random UUID, or leave it out.",
                {HEADER: [f"at least {SHORTEST_PUBLIC_KEY} characters without a token"]},
            )
        return _digest([self.principal, route, self.text])


def once(database: Database, key: Key | None, route: str, body: object, act: Act[A]) -> tuple[int, A]:
    """Run `act` in a transaction that also remembers its answer under the key; a second call gets that answer.

    The transaction is shared with other requests, so `act` may run more than once and in another thread.

    Raises `Conflict` when the key was used for another body on this route, `Invalid` when the key will not do.
    """
    name, digest = key.name(route) if key else None, _digest(body)
    try:
        return _once(database, name, digest, act)
    except IntegrityError:
        # The same request ran beside this one and was first; what it did is there now.
        return _once(database, name, digest, act)


def recalled(database: Database, key: Key, route: str) -> object | None:
    """The answer that a request with this key was given; None when there was none, or it is no longer kept."""
    with database.reading() as connection:
        known = connection.execute(_KNOWN, {"name": key.name(route)}).one_or_none()
    is_kept = known is not None and known.created > database.clock.now() - KEPT
    answer: object = orjson.loads(known.answer) if known is not None and is_kept else None
    return answer


def forget(work: Transaction, subject: str) -> None:
    """Remove the answers that name a subject, for every principal."""
    work.execute(answers.delete().where(answers.c.subject == subject))


def prune(database: Database) -> bool:
    """Remove some answers that are older than `KEPT`; whether there may be more."""
    old = answers.c.created <= database.clock.now() - KEPT
    with database.reading() as connection:
        keys = list(connection.scalars(sa.select(answers.c.key).where(old).order_by(answers.c.created).limit(PRUNED_A_COMMIT)))
    if keys:
        with database.transaction() as work:
            # The age once more: a key may have come back to use in between.
            work.execute(answers.delete().where(answers.c.key.in_(keys), old))
    return len(keys) == PRUNED_A_COMMIT


def _once(database: Database, name: str | None, digest: str, act: Act[A]) -> tuple[int, A]:
    def unit(work: Transaction) -> tuple[int, A]:
        if name is None:
            return act(work)
        known = work.execute(_KNOWN, {"name": name}).one_or_none()
        if known is not None and known.created > work.now - KEPT:
            if known.request != digest:
                raise Conflict("This Idempotency-Key was used for another request. Use a new one.")
            return known.status, orjson.loads(known.answer)
        if known is not None:
            work.execute(answers.delete().where(answers.c.key == name))
        status, answer = act(work)
        subject = answer.get("id") if isinstance(answer, Mapping) else None
        row = {"key": name, "request": digest, "status": status, "answer": orjson.dumps(answer), "created": work.now}
        work.add(answers, row | {"subject": subject})
        return status, answer

    return database.write(unit)


def _digest(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value, enc_hook=str, order="sorted")).hexdigest()
