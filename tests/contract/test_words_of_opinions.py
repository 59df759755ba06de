"""Each column that is long enough for words, with what becomes of the words of an opinion in it: a new one has to say so, too."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from tests.contract.test_revisions import STREAMS

#: Shorter texts are ids, codes and states.
SHORT = 99
#: What becomes of the words of an opinion, and the columns that it is so with, by store.
FATES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "erased with the content of the opinion, or what the erased one has in its place": {
        "intake": (
            "opinions.title", "opinions.content", "opinions.given", "timeline.facts", "messages.body",
            "ratings.comment", "attachments.content", "answer_photos.content", "publications.title", "publications.content",
            "public_parts.content", "wordings.bands", "wordings.terms", "wordings.counted",
        ),
        "routing": (
            "assignments.title", "assignments.content", "assignments.learned", "joined.title", "joined.content", "doubts.learned",
            "doubts.message", "models.body",
        ),
        "notify": (
            "deadlines.title", "occasions.title", "supervisions.title", "staff_notifications.title", "staff_notifications.body",
            "cases.erased",
        ),
        "runtime": ("idempotency.answer",),
    },
    "about persons: sealed, and erased with them": {
        "intake": (
            "opinions.personal", "opinions.submitter", "opinions.relay", "opinions.deputy", "signers.name", "signers.email",
            "signers.personal", "supporters.personal", "bookings.personal",
        ),
        "notify": ("submitter_notifications.contact", "submitter_notifications.body"),
    },
    "on their way: gone when all have heard them, copies for departments when those have acted or after 90 days": {
        "runtime": ("outbox.body", "published.body", "addressed.body"),
    },
    "said by the office or a department, who answer for their words as before": {
        "intake": (
            "opinions.reply", "opinions.items", "opinions.co_opinions", "opinions.leader", "cares.name", "relay_hops.name",
            # What the host wrote for the public, as rows of lists have it.
            "questions.summary",
        ),
        "routing": (
            "assignments.asked_reason", "assignments.objection", "assignments.reply", "assignments.promise", "assignments.leader",
            "assignments.draft", "assignments.items", "rulings.reason", "calendars.reason", "reschedulings.reason",
            "lookback_items.note", "promises.what", "promises.who", "promises.evidence", "answer_templates.content",
        ),
        "notify": (
            "supervisions.note", "supervisions.reason", "supervisions.promise", "supervisions.promise_who", "session_cases.summary",
            "session_cases.promises", "entries.text", "entries.owner", "entries.result", "sessions.minutes", "sessions.reason",
        ),
    },
    "made public by the host without words of an opinion, and frozen: its hash is in the ledger": {
        "notify": ("frozen_lists.document",),
    },
}  # fmt: skip
#: Columns of no opinion's words: of registers, sessions and counts, ids, and what the machinery says of itself.
NONE: Mapping[str, tuple[str, ...]] = {
    "intake": (
        "campaigns.about", "campaigns.areas", "campaigns.stations", "checklist_items.checked_by", "deputies.duties",
        "deputies.identity", "deputies.name", "deputies.promise", "deputies.results", "groups.counterpart", "groups.name",
        "groups.topics", "heard_sessions.brand", "heard_sessions.called", "heard_sessions.place", "heard_sessions.theme",
        "heard_sessions.title", "opinions.co_handlers", "opinions.external_id", "station_profiles.brand",
        "station_profiles.opening", "station_profiles.position",
    ),
    "metrics": (
        "cases.deputy_groups", "cases.theme", "cases_past.deputy_groups", "cases_past.theme", "changes.figures", "days.hash",
        "days.peaks", "days.previous", "days.root", "days.tip", "heads.peaks", "heads.root", "heads.signature", "leaves.leaf",
        "rounds.deputy_groups", "rounds.theme", "rounds_past.deputy_groups", "rounds_past.theme", "session_editions.theme",
        "stories.counted", "stories.facts", "subjects.subject", "sums.figures", "sums.key", "sums_past.figures", "sums_past.key",
    ),
    "notify": (
        "channels.reason", "deputies.name", "heads.signature", "notice_readers.reader", "plans.brand", "plans.dates",
        "plans.departments", "plans.deputies", "plans.officials", "plans.place", "plans.title", "session_cases.said",
        "sessions.brand", "sessions.departments", "sessions.deputies", "sessions.deputies_present", "sessions.irregular",
        "sessions.officials", "sessions.place", "sessions.ratings", "sessions.theme", "sessions.title",
        "staff_notifications.reason", "submitter_notifications.reason", "submitter_notifications.title", "themes.title",
    ),
    "routing": (
        "assignments.made", "assignments.rule", "assignments.terms", "assignments.waited", "calendars.basis", "commands.answer",
        "erased.content", "erased.title", "lookbacks.population", "models.report",
    ),
    "runtime": (
        "addressed.correlation_id", "idempotency.key", "journal.value", "outbox.correlation_id", "outbox.destinations",
        "outbox.last_error", "published.correlation_id", "published.destinations",
    ),
}  # fmt: skip
#: Those of accounts have nothing of any opinion.
STORES = ("intake", "routing", "notify", "metrics", "runtime")


def long_columns(tables: sa.MetaData) -> set[str]:
    """The columns that are long enough for words."""
    return {
        f"{table.name}.{column.name}"
        for table in tables.tables.values()
        for column in table.columns
        if _is_long(column.type)
    }  # fmt: skip


def _is_long(kind: sa.types.TypeEngine[object]) -> bool:
    inner = kind.impl if isinstance(kind, sa.types.TypeDecorator) else kind
    if isinstance(inner, sa.String):
        return inner.length is None or inner.length > SHORT
    return isinstance(inner, sa.JSON | sa.LargeBinary)


def test_each_column_that_can_hold_words_says_what_becomes_of_them() -> None:
    named = [(store, column) for fates in (*FATES.values(), NONE) for store, columns in fates.items() for column in columns]
    assert len(named) == len(set(named))
    there = {(store, column) for store in STORES for column in long_columns(STREAMS[store][0])}
    assert set(named) == there
