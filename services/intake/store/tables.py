"""Tables of intake."""

from __future__ import annotations

import sqlalchemy as sa

from services.contracts.lifecycle import State
from services.contracts.messages.values import CoOpinion, Outcome, Rating, ReplyItem
from services.intake.domain.publication.publishing import PublicationState
from services.intake.store.columns import EnumCode
from services.runtime.store.database import Instant
from services.runtime.store.nouns import JsonValue
from services.runtime.web.lists.listing import updated_column

tables = sa.MetaData()
#: Opinions of which the office has to decide whether they, or a reply that came since it last did, become public.
_LEFT_OUT = ", ".join(f"'{state}'" for state in State if not state.is_with_routing)
UNDECIDED = sa.text(
    f"visibility = 'public' AND (publication IS NULL OR answered_sequence > decided_answer) AND state NOT IN ({_LEFT_OUT})"  # nosec B608
)
IS_PUBLIC = sa.text("published IS NOT NULL")
WITH_DEPUTY = sa.text("deputy_code IS NOT NULL")
#: As each kind of store writes it where opinions are narrowed to it.
IS_KEY = sa.column("key", sa.Boolean) == sa.true()
#: `source` is the sender whose `external_id` it is, `given` a digest of each field as it was first sent, persons left out.
#: `published` is the number of the public copy, None where there is none; `deputy_code` the deputy of the register who brought it.
#: Personal data stands sealed in `personal`; `submitter`, `relay` and `deputy` hold what a worker has not sealed yet.
opinions = sa.Table(
    "opinions",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("receipt", sa.String(14), nullable=False, unique=True),
    sa.Column("external_id", sa.String(200)),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("topic", sa.String(60)),
    sa.Column("area", sa.String(60)),
    sa.Column("station", sa.String(60)),
    sa.Column("code_kind", sa.String(12)),
    sa.Column("campaign", sa.String(60)),
    sa.Column("deputy", sa.String(120)),
    sa.Column("submitter", sa.JSON),
    sa.Column("relay", sa.JSON),
    sa.Column("visibility", sa.String(12), nullable=False),
    sa.Column("state", EnumCode(State, 12), nullable=False),
    sa.Column("submitted", Instant, nullable=False),
    sa.Column("told", sa.String(40)),
    sa.Column("merged_into", sa.String(36)),
    sa.Column("department", sa.String(40)),
    sa.Column("assignment", sa.String(36)),
    sa.Column("outcome", EnumCode(Outcome, 12)),
    sa.Column("reply", sa.Text),
    sa.Column("evaluate_by", Instant),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("published_sequence", sa.Integer, nullable=False),
    sa.Column("handled_sequence", sa.Integer, nullable=False),
    sa.Column("answered_sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("waiting_since", Instant),
    sa.Column("level", sa.String(12)),
    sa.Column("difficulty", sa.String(60)),
    sa.Column("chosen", sa.String(40)),
    sa.Column("co_handlers", JsonValue(tuple[str, ...])),
    sa.Column("handling", sa.String(12)),
    sa.Column("key", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("leader", sa.Text),
    sa.Column("items", JsonValue(tuple[ReplyItem, ...])),
    sa.Column("co_opinions", JsonValue(tuple[CoOpinion, ...])),
    sa.Column("asked_sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("marked_sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("raised_sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("personal", sa.Text),
    sa.Column("window_sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("source", sa.String(40)),
    sa.Column("given", sa.JSON(none_as_null=True)),
    sa.Column("publication", EnumCode(PublicationState, 12)),
    sa.Column("decided_answer", sa.Integer, nullable=False, server_default="0"),
    sa.Column("published", sa.BigInteger),
    sa.Column("deputy_code", sa.String(40)),
    sa.Index("opinions_deputy", "deputy_code", "id", sqlite_where=WITH_DEPUTY, postgresql_where=WITH_DEPUTY),
    sa.Column("supporters", sa.Integer, nullable=False, server_default="0"),
    sa.Column("session", sa.String(36)),
    sa.Index("opinions_key", "id", sqlite_where=IS_KEY, postgresql_where=IS_KEY),
    sa.Index("opinions_undecided", "id", sqlite_where=UNDECIDED, postgresql_where=UNDECIDED),
    sa.Index("opinions_public", "published", sqlite_where=IS_PUBLIC, postgresql_where=IS_PUBLIC),
    *(
        sa.Index(f"opinions_public_{name}", name, "published", sqlite_where=IS_PUBLIC, postgresql_where=IS_PUBLIC)
        for name in ("topic", "area", "station", "department", "state")
    ),
    sa.Index("opinions_external_id", "external_id", "source", unique=True),
    updated_column(),
    sa.Index("opinions_state", "state", "id"),
    sa.Index("opinions_submitted", "submitted"),
    sa.Index("opinions_updated", "updated", "id"),
    sa.Index("opinions_department", "department", "id"),
    *(sa.Index(f"opinions_{name}", name, "id") for name in ("topic", "area", "station", "channel")),
    # Without the many that have none of it: a store that has counted values would take that for the most common one, and read
    # every opinion instead of looking one up.
    *(
        sa.Index(f"opinions_{name}", *columns, sqlite_where=some, postgresql_where=some)
        for name, columns, some in (
            ("level", ("level", "id"), sa.text("level IS NOT NULL")),
            ("outcome", ("outcome", "id"), sa.text("outcome IS NOT NULL")),
            ("merged_into", ("merged_into",), sa.text("merged_into IS NOT NULL")),
        )
    ),
)
timeline = sa.Table(
    "timeline",
    tables,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("opinion", sa.String(36), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("by", sa.String(60), nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("audience", sa.String(14)),
)
#: Messages of a case that a holder of its receipt may read to the byte, to find them in the ledger.
messages = sa.Table(
    "messages",
    tables,
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
#: Those who signed an opinion beside its submitter, each with a receipt of their own; `number` counts from 1.
#: `personal` has the rest of them sealed; `name`, `phone` and `email` hold what a worker has not sealed yet.
signers = sa.Table(
    "signers",
    tables,
    sa.Column("receipt", sa.String(14), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("name", sa.String(100)),
    sa.Column("phone", sa.String(30)),
    sa.Column("email", sa.String(320)),
    sa.Column("personal", sa.Text),
)
#: Those who support a public opinion, each with a receipt of their own; `origin` is the one they chose, `opinion` the case that it
#: is handled with. `who` is the same for the same person, as far as that can be told, `browser` for a browser; both are marks.
supporters = sa.Table(
    "supporters",
    tables,
    sa.Column("receipt", sa.String(14), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("origin", sa.String(36), nullable=False),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("browser", sa.String(64)),
    sa.Column("at", Instant, nullable=False),
    sa.Column("personal", sa.Text),
    sa.Index("supporters_opinion", "opinion", "who"),
)
#: Who handles what, in whatever role; a row with `ended` says that the assignment has been taken away again.
handlers = sa.Table(
    "handlers",
    tables,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("assignment", sa.String(36), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("ended", sa.Boolean, nullable=False),
    sa.Index("handlers_opinion", "opinion", "assignment"),
    sa.Index("handlers_department", "department", "opinion"),
)
#: Every rating that was given: `case` is the opinion whose reply it is about, `asked_sequence` routing's message that asked for it.
ratings = sa.Table(
    "ratings",
    tables,
    sa.Column("case", sa.String(36), primary_key=True),
    sa.Column("receipt", sa.String(14), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("asked_sequence", sa.Integer, primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    sa.Column("process", EnumCode(Rating, 20)),
    sa.Column("result", EnumCode(Rating, 20), nullable=False),
    sa.Column("comment", sa.Text),
    sa.Column("at", Instant, nullable=False),
    sa.Column("revision", sa.Boolean, nullable=False),
)
#: The public copies, masked; `number` counts releases, so that a later one is higher.
publications = sa.Table(
    "publications",
    tables,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("opinion", sa.String(36), nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("released", Instant, nullable=False),
    #: About where it is, where that is public.
    sa.Column("latitude", sa.Float),
    sa.Column("longitude", sa.Float),
    sa.Index("publications_released", "released", "number"),
    sqlite_autoincrement=True,
)
#: What departments said that is public with an opinion, by its entry in the timeline.
public_parts = sa.Table(
    "public_parts",
    tables,
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("entry", sa.BigInteger, primary_key=True),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("outcome", sa.String(12)),
    sa.Column("due", sa.String(40)),
    sa.Column("at", Instant, nullable=False),
    sa.Index("public_parts_promises", "what", "entry"),
)
#: How many opinions were let in, how many of them are public, and how many wait for the office, as they were counted last.
public_counts = sa.Table(
    "public_counts",
    tables,
    sa.Column("let_in", sa.Integer, nullable=False),
    sa.Column("public", sa.Integer, nullable=False),
    sa.Column("undecided", sa.Integer, nullable=False),
    sa.Column("at", Instant, primary_key=True, autoincrement=False),
)
