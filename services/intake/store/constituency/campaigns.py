"""The campaigns, and how many opinions count for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.domain.constituency.campaign import Campaign
from services.intake.store.columns import StoredRow
from services.intake.store.tables import opinions, tables
from services.runtime.store.database import Instant, Transaction
from services.runtime.store.nouns import JsonValue
from services.runtime.store.statements.bulk import among, fetch

campaigns = sa.Table(
    "campaigns",
    tables,
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("title", sa.String(60), nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("begins", sa.Date, nullable=False),
    sa.Column("ends", sa.Date, nullable=False),
    sa.Column("areas", JsonValue(tuple[str, ...]), nullable=False),
    sa.Column("stations", JsonValue(tuple[str, ...]), nullable=False),
    sa.Column("target", sa.Integer),
    sa.Column("closed", sa.Boolean, nullable=False),
    sa.Column("updated", Instant, nullable=False),
    sa.Index("campaigns_ends", "ends", "code"),
)
_OF_ONE = opinions.c.campaign.is_not(None)
sa.Index("opinions_campaign", opinions.c.campaign, sqlite_where=_OF_ONE, postgresql_where=_OF_ONE)
_NAMES = tuple(field.name for field in fields(Campaign))
_CAMPAIGNS = sa.select(*(campaigns.c[name] for name in _NAMES))
_NAMED = _CAMPAIGNS.where(among(campaigns.c.code, "named"))


def named_campaigns(connection: Connection, codes: Sequence[str]) -> Mapping[str, Campaign]:
    """The campaigns that there are among these codes."""
    return {row.code: _campaign(row) for row in fetch(connection, _NAMED, {"named": codes})}


def campaigns_page(connection: Connection, after: str | None, limit: int) -> list[Campaign]:
    """Campaigns by code, the newest code last, and one more where there are more."""
    query = _CAMPAIGNS.order_by(campaigns.c.code).limit(limit + 1)
    return list(map(_campaign, connection.execute(query.where(campaigns.c.code > after) if after else query)))


def latest_campaigns(connection: Connection, limit: int) -> list[Campaign]:
    """Those that end last, which have not begun yet among them."""
    return list(map(_campaign, connection.execute(_CAMPAIGNS.order_by(campaigns.c.ends.desc(), campaigns.c.code).limit(limit))))


def running_campaigns(connection: Connection, day: date) -> list[Campaign]:
    """The campaigns in whose period a day is, that which ends first in front."""
    query = _CAMPAIGNS.where(campaigns.c.ends >= day, campaigns.c.begins <= day).order_by(campaigns.c.ends, campaigns.c.code)
    return list(map(_campaign, connection.execute(query)))


def opinions_of(connection: Connection, codes: Sequence[str]) -> Mapping[str, int]:
    """How many opinions count for each of these campaigns."""
    query = sa.select(opinions.c.campaign, sa.func.count()).where(opinions.c.campaign.in_(codes), _OF_ONE)
    found = {row.campaign: row[1] for row in connection.execute(query.group_by(opinions.c.campaign))}
    return {code: found.get(code, 0) for code in codes}


def keep_campaign(work: Transaction, campaign: Campaign) -> None:
    """Store a campaign in place of what was known of it."""
    row = asdict(campaign)
    known = work.execute(campaigns.update().where(campaigns.c.code == campaign.code).values(row)).rowcount
    if not known:
        work.execute(campaigns.insert().values(row))


def _campaign(row: StoredRow) -> Campaign:
    return Campaign(*(getattr(row, name) for name in _NAMES))
