"""The tokens that were made, as lists show them: never what they are themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.accounts.model import Granted, granted
from services.contracts.errors import NotFound
from services.runtime.web.access.tokens import SHOWN, tokens
from services.runtime.web.lists.listing import newest_first


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token with what it grants and when it was used last."""

    acts_as: Granted
    created: datetime
    revoked: datetime | None
    expires: datetime | None
    used: datetime | None
    source: str | None

    @property
    def id(self) -> str:
        """What it is known by, which is not a secret."""
        return self.acts_as.id

    def is_good(self, now: datetime) -> bool:
        """Whether it still opens something."""
        return self.revoked is None and (self.expires is None or self.expires > now)


def page_of_tokens(
    connection: Connection, before: str | None, limit: int, role: str | None = None, good: tuple[bool, datetime] | None = None
) -> list[IssuedToken]:
    """The newest tokens, one more than `limit`; `good` narrows to those that are, or are not, good at an instant."""
    query = sa.select(*SHOWN)
    if good is not None:
        wanted, now = good
        still = sa.and_(tokens.c.revoked.is_(None), sa.or_(tokens.c.expires.is_(None), tokens.c.expires > now))
        query = query.where(still if wanted else sa.not_(still))
    return list(map(_issued, connection.execute(newest_first(query, tokens, {"role": role}, before, limit))))


def find_token(connection: Connection, token_id: str) -> IssuedToken:
    """One token by its id; raises `NotFound`."""
    row = connection.execute(sa.select(*SHOWN).where(tokens.c.id == token_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such token.")
    return _issued(row)


def _issued(row: Any) -> IssuedToken:
    channels = None if row.channels is None else tuple(row.channels)
    acts_as = granted(row.id, row.role, row.party, channels)
    return IssuedToken(acts_as, row.created, row.revoked, row.expires, row.used, row.source)
