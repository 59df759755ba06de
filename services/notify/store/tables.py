"""The tables of notify."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import sqlalchemy as sa

from services.runtime.store.database import Instant

#: A row of any query: its columns are attributes.
AnyRow: TypeAlias = "sa.Row[*tuple[Any, ...]]"
State = Literal["open", "pending", "sending"]
tables = sa.MetaData()

#: States: `open`; `met` and `missed` when the department acted in time or late; `replaced` by a later version; `paused`; `void`
#: when there is nothing to do any more; `lapsed` when a right was not used. `next_at` is when `next_rung` fires, `begun` when
#: counting began where an earlier version of the deadline did that.
deadlines = sa.Table(
    "deadlines",
    tables,
    sa.Column("assignment", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(80), nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("difficulty", sa.String(60)),
    sa.Column("start", Instant, nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("next_rung", sa.String(60)),
    sa.Column("next_at", Instant),
    sa.Column("begun", Instant),
    sa.Column("cause", sa.String(12), nullable=False, server_default="assigned"),
    sa.Column("promise", sa.String(64)),
    sa.Column("ended", Instant),
    sa.PrimaryKeyConstraint("assignment", "kind", "version"),
    # Only open deadlines are in it, so that a look for due ones costs what is due and not what exists.
    sa.Index("deadlines_due", "next_at", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")),
    sa.Index("deadlines_case", "opinion"),
    # Those of all departments in the order in which they are listed.
    sa.Index(
        "deadlines_listed",
        "assignment",
        "kind",
        "version",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
    sa.Index(
        "deadlines_open",
        "department",
        "assignment",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
)

#: What ended the deadlines of an assignment that were set before (by `sequence`). `kind` is `*` for all but promises, `promise`
#: names one of those or is empty for all, and `how` is `judged` (met or missed, by the clock) or the state they come to.
#: It outlives the deadlines, so that a message which is overtaken by a later one opens nothing for good.
endings = sa.Table(
    "endings",
    tables,
    sa.Column("assignment", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("ended", Instant, nullable=False),
    sa.Column("promise", sa.String(64), nullable=False, server_default=""),
    sa.Column("how", sa.String(10), nullable=False, server_default="judged"),
    sa.PrimaryKeyConstraint("assignment", "kind", "sequence"),
)

#: What is known of a case: the sequence of what notify published about it last, and whether it starts one rung `higher`, with the
#: sequence of the event that said so. `erased` is what stands in place of its title where that was erased.
cases = sa.Table(
    "cases",
    tables,
    sa.Column("opinion", sa.String(64), primary_key=True),
    sa.Column("last_sequence", sa.Integer, nullable=False),
    sa.Column("higher", sa.Boolean, nullable=False),
    sa.Column("marked_sequence", sa.Integer, nullable=False),
    sa.Column("erased", sa.Text),
)

#: Occasions that call for rungs, which fire when the office opens; then the row goes.
occasions = sa.Table(
    "occasions",
    tables,
    sa.Column("assignment", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("occasion", sa.String(20), nullable=False),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("difficulty", sa.String(60)),
    sa.Column("start", Instant, nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.PrimaryKeyConstraint("assignment", "kind", "version"),
    sa.Index("occasions_due", "at"),
)

#: A rung that fired (`sent`) or was passed over for a later one (`skipped`), with its `time`, from 1, where it repeats.
#: `sequence` counts what notify published about an opinion. A notification about a changed calendar is about no single case: it
#: has the event's id for an assignment.
reminders = sa.Table(
    "reminders",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("assignment", sa.String(64), nullable=False),
    sa.Column("department", sa.String(80), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("rung", sa.String(60), nullable=False),
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("card", sa.String(10)),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("planned", Instant, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("message", sa.String(36)),
    sa.Column("sequence", sa.Integer),
    sa.Column("time", sa.Integer, nullable=False, server_default="1"),
    sa.UniqueConstraint("opinion", "sequence", name="reminders_in_order"),
    sa.UniqueConstraint("assignment", "kind", "version", "rung", "time", name="reminders_once"),
    sa.Index("reminders_department", "department", "id"),
)

#: States: `pending`, `sending` while an attempt runs, `sent`, `failed` for good, `uncertain` when the process died in an attempt.
staff_notifications = sa.Table(
    "staff_notifications",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("reminder", sa.String(36), sa.ForeignKey("reminders.id"), nullable=False),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("recipient", sa.String(20), nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", Instant),
    sa.Column("begun", Instant),
    sa.Column("ended", Instant),
    sa.Column("reason", sa.Text),
    sa.Column("person", sa.String(60)),
    sa.Column("digest", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("staff_notifications_reminder", "reminder"),
    sa.Index(
        "staff_notifications_pending",
        "channel",
        "next_at",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    ),
    sa.Index(
        "staff_notifications_sending",
        "begun",
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    ),
)

#: One for each message and way (`email`, `sms`, `chat`). States as of those to staff, and `dropped` when a way is not set up.
#: What says who somebody is (`contact`, `title`, `body`) is erased when a notification was delivered or given up.
submitter_notifications = sa.Table(
    "submitter_notifications",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("message", sa.String(64), nullable=False),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("about", sa.String(20), nullable=False),
    sa.Column("way", sa.String(10), nullable=False),
    sa.Column("contact", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("body", sa.Text),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("next_at", Instant),
    sa.Column("begun", Instant),
    sa.Column("ended", Instant),
    sa.Column("reason", sa.Text),
    sa.UniqueConstraint("message", "way", name="submitter_notifications_once"),
    sa.Index("submitter_notifications_opinion", "opinion", "id"),
    sa.Index(
        "submitter_notifications_pending",
        "way",
        "next_at",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    ),
    sa.Index(
        "submitter_notifications_sending",
        "begun",
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    ),
)

#: How a channel is doing: failures in a row and until when it is left alone.
channels = sa.Table(
    "channels",
    tables,
    sa.Column("channel", sa.String(40), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("rests_until", Instant),
    sa.Column("reason", sa.Text),
)


def is_state(table: sa.Table, state: State) -> sa.ColumnElement[bool]:
    """`state = '…'` with the word in the statement itself: a partial index is not chosen for a bound value."""
    return table.c.state == sa.literal_column(f"'{state}'")
