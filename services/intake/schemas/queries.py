"""The shapes of intake's queries."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.contracts.catalogue.model import CHANNELS, LEVELS
from services.contracts.lifecycle import State
from services.contracts.messages.values import Outcome
from services.intake.domain.publication.bigrams import LONGEST_QUERY
from services.intake.domain.reviewing import IN_REVIEW
from services.runtime.input.fields import OneLine
from services.runtime.input.queries import Choices, Codes, MomentField, Names, Registered
from services.runtime.web.lists.listing import followed
from services.runtime.web.lists.paging import LARGEST_LIMIT, Page

#: In which order people read the list of cases, as the list for programs calls it.
ORDERS = {"newest": "-submitted", "oldest": "submitted", "changed": "-updated"}
#: How many lines of a timeline are shown at once, where nothing else is asked for.
MOST_LINES = 100


class TimelineQuery(Schema):
    """The query of one case: which part of its timeline."""

    cursor = fields.String(load_default=None)
    limit = fields.Integer(load_default=MOST_LINES, validate=validate.Range(1, LARGEST_LIMIT))


class OpinionQuery(followed("OpinionFollowing", "submitted")):  # type: ignore[misc]
    """What a list of opinions can be narrowed to."""

    state = Choices(State, load_default=None)
    channel = Choices(CHANNELS, load_default=None)
    topic = Codes("topics", load_default=None)
    department = Codes("departments", load_default=None)
    area = Codes("areas", load_default=None)
    station = Codes("stations", load_default=None)
    level = Choices(LEVELS, load_default=None)
    outcome = Choices(Outcome, load_default=None)
    key = fields.Boolean(load_default=None, metadata={"description": "Whether it is a key opinion, which is watched closely."})
    external_id = fields.String(load_default=None)
    deputy_code = Registered()
    q = OneLine(LONGEST_QUERY, shortest=0, load_default="", metadata={"description": "words that it has, with blanks between them"})


class CasesQuery(Schema):
    """What the list of cases for people can be narrowed to, as an address says it; it begins below a number, or behind an id."""

    q = OneLine(LONGEST_QUERY, shortest=0, load_default="")
    state = Choices(State, load_default=None)
    topic = Codes("topics", load_default=None)
    area = Codes("areas", load_default=None)
    department = Codes("departments", load_default=None)
    channel = Choices(CHANNELS, load_default=None)
    level = Choices(LEVELS, load_default=None)
    outcome = Choices(Outcome, load_default=None)
    key = fields.Boolean(load_default=None)
    since = MomentField(load_default=None)
    until = MomentField(load_default=None)
    sort = fields.String(load_default="", validate=validate.OneOf(("", *ORDERS)))
    cursor = fields.String(load_default=None)


class WaitingQuery(Schema):
    """What the queue of those who review can be narrowed to, as an address says it; it begins behind an id. The rest is what has
    just been done, for the notice on top, and the opinion that another one stands beside."""

    q = OneLine(LONGEST_QUERY, shortest=0, load_default="")
    topic = Codes("topics", load_default=None)
    area = Codes("areas", load_default=None)
    station = Codes("stations", load_default=None)
    channel = Choices(CHANNELS, load_default=None)
    cursor = fields.String(load_default=None)
    did = fields.String(load_default="")
    about = fields.String(load_default="")
    number = fields.String(load_default="")
    refused = fields.String(load_default="")
    more = fields.String(load_default="")
    failed = fields.String(load_default="")
    none = fields.String(load_default="")
    other = fields.String(data_key="with", load_default="")


class BatchQuery(Schema):
    """How a file is read: for show only (`dry_run`), without the columns named in `ignore`, from the `sheet` of a workbook."""

    dry_run = fields.Boolean(load_default=False)
    ignore = Names(load_default=())
    sheet = fields.String(load_default=None)


class ReviewQuery(Page):
    """Which of the opinions that are not let in yet: those that wait for the reviewer, or those that wait for the submitter.

    `grouped`: of those that say the same only the first one.
    """

    grouped = fields.Boolean(load_default=False, metadata={"description": "Of opinions that say the same only the first one."})
    state = Choices(IN_REVIEW, load_default=(IN_REVIEW[0].value,))
