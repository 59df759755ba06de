"""Tables of routing."""

from __future__ import annotations

import sqlalchemy as sa

from services.contracts.commands import Reply
from services.contracts.lifecycle import WITH_DEPARTMENT, CoState, State
from services.contracts.messages.values import Learned, Promise, ReplyItem
from services.routing.domain.assignment import Span
from services.runtime.store.database import Instant
from services.runtime.store.nouns import JsonValue
from services.runtime.web.lists.listing import updated_column

tables = sa.MetaData()
#: One row for each opinion, whatever departments have it. A transaction that changes anything of a case locks this row first.
#: `last_sequence` is the number of the last message that routing has published about the opinion, `session` where it was told,
#: if at one.
cases = sa.Table(
    "cases",
    tables,
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("last_sequence", sa.Integer, nullable=False),
    sa.Column("session", sa.String(36)),
)
#: `opened` is when the round began, `counted` the duration that its deadline is counted with, `waited` the pauses since then as
#: pairs of instants: what a deadline is counted from when the calendar changes. `terms` are the durations of its difficulty
#: by kind, as they were when it was given; empty in rows from before they were kept. `made` is how much its department has added
#: in this round.
assignments = sa.Table(
    "assignments",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("area", sa.String(60)),
    sa.Column("station", sa.String(60)),
    sa.Column("topic", sa.String(60)),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("difficulty", sa.String(40), nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("sign_by", Instant, nullable=False),
    sa.Column("object_by", Instant, nullable=False),
    sa.Column("contact_by", Instant, nullable=False),
    sa.Column("reply_by", Instant, nullable=False),
    sa.Column("original_reply_by", Instant, nullable=False),
    sa.Column("extensions", sa.Integer, nullable=False),
    sa.Column("asked_until", Instant),
    sa.Column("asked_reason", sa.Text),
    sa.Column("proposed", sa.String(40)),
    sa.Column("objection", sa.Text),
    sa.Column("transfers", sa.Integer, nullable=False),
    sa.Column("paused", Instant),
    sa.Column("paused_until", Instant),
    sa.Column("pauses", sa.Integer, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("signed", Instant),
    sa.Column("replied", Instant),
    sa.Column("reply", sa.Text),
    sa.Column("outcome", sa.String(12)),
    sa.Column("on_time", sa.Boolean),
    sa.Column("promise", JsonValue(Promise)),
    sa.Column("evaluate_by", Instant),
    #: How many who get the reply have not rated it, since one of them has.
    sa.Column("awaited", sa.Integer),
    sa.Column("concluded", Instant),
    sa.Column("lead", sa.String(40)),
    sa.Column("level", sa.String(12)),
    sa.Column("key", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("leader", sa.Text),
    sa.Column("raised", sa.Integer, nullable=False, server_default="0"),
    sa.Column("draft", JsonValue(Reply)),
    sa.Column("contacted", Instant),
    sa.Column("items", JsonValue(tuple[ReplyItem, ...])),
    sa.Column("opened", Instant),
    sa.Column("waited", JsonValue(tuple[Span, ...])),
    sa.Column("counted", sa.String(12)),
    sa.Column("terms", sa.JSON(none_as_null=True)),
    sa.Column("made", sa.JSON(none_as_null=True)),
    sa.Column("learned", JsonValue(Learned)),
    sa.Column("model", sa.Integer),
    sa.Column("erased", sa.Boolean, nullable=False, server_default=sa.false()),
    updated_column(),
    sa.Index("assignments_department", "department", "id"),
    sa.Index("assignments_created", "created"),
    sa.Index("assignments_updated", "updated", "id"),
    sa.Index("assignments_opinion", "opinion"),
)
rulings = sa.Table(
    "rulings",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("assignment", sa.String(36), nullable=False, index=True),
    sa.Column("about", sa.String(12), nullable=False),
    sa.Column("granted", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.String(36), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("topic", sa.String(60)),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("target", sa.String(40)),
    sa.Index("rulings_topic", "topic", "id"),
)
#: Ids made within a millisecond have no order, and departments that were asked together have been.
IN_ORDER = (assignments.c.created, assignments.c.department)
LEADS = (assignments.c.role == "lead") & (assignments.c.state != "reassigned")
_REPLIED, _PAUSED = assignments.c.state == "replied", assignments.c.state == "paused"
#: Whatever goes wrong elsewhere, an opinion has one lead department.
sa.Index("assignments_one_lead", assignments.c.opinion, unique=True, sqlite_where=LEADS, postgresql_where=LEADS)
#: Only replies that wait for their rating, and cases that wait for somebody: a look at them costs what is due, not what exists.
sa.Index("assignments_evaluate_by", assignments.c.evaluate_by, sqlite_where=_REPLIED, postgresql_where=_REPLIED)
sa.Index("assignments_paused_until", assignments.c.paused_until, sqlite_where=_PAUSED, postgresql_where=_PAUSED)
#: What models have decided, to see what became of it.
_BY_MODEL = assignments.c.model.is_not(None)
sa.Index("assignments_model", assignments.c.model, assignments.c.state, sqlite_where=_BY_MODEL, postgresql_where=_BY_MODEL)
#: What a department was given and has not acted on.
UNSIGNED = assignments.c.state.in_([sa.literal_column(f"'{state}'") for state in State if state.awaits_signature])
sa.Index("assignments_unsigned", assignments.c.department, assignments.c.opened, sqlite_where=UNSIGNED, postgresql_where=UNSIGNED)
#: What is with departments, whatever they do with it.
WITH_THEM = assignments.c.state.in_([sa.literal_column(f"'{state}'") for state in WITH_DEPARTMENT])
sa.Index(
    "assignments_with_them", assignments.c.state, assignments.c.department, assignments.c.reply_by, assignments.c.id,
    sqlite_where=WITH_THEM, postgresql_where=WITH_THEM,
)  # fmt: skip
#: What is on the key list, or led by a leader in person.
WATCHED = sa.text("(key OR leader IS NOT NULL)")
_WATCHED_WITH_THEM = sa.and_(WITH_THEM, WATCHED)
sa.Index(
    "assignments_watched", assignments.c.role, assignments.c.reply_by, assignments.c.id,
    sqlite_where=_WATCHED_WITH_THEM, postgresql_where=_WATCHED_WITH_THEM,
)  # fmt: skip
#: Most assignments have ended. Those of a state that few are in are read in order, without walking through all that ever were.
ENDED = frozenset({State.REASSIGNED, *(state for state in (*State, *CoState) if state.is_closed)})
GOES_ON = assignments.c.state.not_in([sa.literal_column(f"'{state}'") for state in sorted(ENDED)])
sa.Index("assignments_in_state", assignments.c.state, assignments.c.id, sqlite_where=GOES_ON, postgresql_where=GOES_ON)
sa.Index(
    "assignments_of_department_in_state", assignments.c.department, assignments.c.state, assignments.c.id,
    sqlite_where=GOES_ON, postgresql_where=GOES_ON,
)  # fmt: skip
_EXTENDING = assignments.c.asked_until.is_not(None)
sa.Index("assignments_extending", assignments.c.department, sqlite_where=_EXTENDING, postgresql_where=_EXTENDING)
