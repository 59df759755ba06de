"""Tables of the registers: deputies, groups, stations."""

from __future__ import annotations

import sqlalchemy as sa

from services.intake.domain.constituency.deputy import DeputyState
from services.intake.store.columns import EnumCode, KeptLocation
from services.intake.store.tables import tables
from services.runtime.store.database import Instant
from services.runtime.store.nouns import JsonValue

deputies = sa.Table(
    "deputies",
    tables,
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("level", sa.String(12), nullable=False),
    sa.Column("term", sa.String(40), nullable=False),
    sa.Column("state", EnumCode(DeputyState, 12), nullable=False),
    sa.Column("identity", sa.Text, nullable=False),
    sa.Column("duties", sa.Text, nullable=False),
    sa.Column("promise", sa.Text, nullable=False),
    sa.Column("results", sa.Text, nullable=False),
    #: The number of the last message about this deputy.
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("updated", Instant, nullable=False),
    sa.Index("deputies_name", "name"),
    sa.Index("deputies_state", "state", "code"),
)
#: What deputies are tied to: `kind` is `areas`, `stations` or `groups`, `place` a code of these.
deputy_ties = sa.Table(
    "deputy_ties",
    tables,
    sa.Column("kind", sa.String(8), primary_key=True),
    sa.Column("place", sa.String(60), primary_key=True),
    sa.Column("deputy", sa.String(40), primary_key=True),
    sa.Index("deputy_ties_deputy", "deputy", "kind"),
    sqlite_with_rowid=False,
)
groups = sa.Table(
    "groups",
    tables,
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("topics", JsonValue(tuple[str, ...]), nullable=False),
    sa.Column("counterpart", sa.String(100), nullable=False),
    sa.Column("updated", Instant, nullable=False),
)
station_profiles = sa.Table(
    "station_profiles",
    tables,
    sa.Column("station", sa.String(60), primary_key=True),
    sa.Column("opening", sa.Text, nullable=False),
    sa.Column("brand", sa.String(100), nullable=False),
    sa.Column("mobile", sa.Boolean, nullable=False),
    sa.Column("position", KeptLocation),
    sa.Column("moved", Instant),
    sa.Column("updated", Instant, nullable=False),
)
checklist_items = sa.Table(
    "checklist_items",
    tables,
    sa.Column("station", sa.String(60), primary_key=True),
    sa.Column("checklist", sa.String(60), primary_key=True),
    sa.Column("item", sa.String(60), primary_key=True),
    sa.Column("met_since", sa.Date, nullable=False),
    sa.Column("checked_by", sa.String(100), nullable=False),
    sa.Column("updated", Instant, nullable=False),
    sa.Index("checklist_items_item", "checklist", "item", "station"),
    sqlite_with_rowid=False,
)
