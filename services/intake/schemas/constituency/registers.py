"""The shapes of deputies and groups."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from services.contracts.words.people import DEPUTY_LEVELS, DEPUTY_STATES, GROUP_KINDS
from services.intake.domain.constituency.deputy import LONGEST_TEXT, Deputy, DeputyState
from services.intake.domain.constituency.group import DeputyGroup
from services.runtime.input.fields import Building, Code, ManyLines, OneLine, Tuples
from services.runtime.input.queries import ChoiceOf, Choices, CodeOf, Codes, Registered
from services.runtime.web.lists.paging import Page, page_of

LONGEST_NAME, LONGEST_TERM, LONGEST_COUNTERPART, MOST_TIES = 100, 40, 100, 100


class _Distinct(Tuples):
    """What is named twice counts once."""

    def _deserialize(self, *arguments: Any, **options: Any) -> Any:
        return tuple(dict.fromkeys(super()._deserialize(*arguments, **options)))


def _codes(longest: int = 60) -> Tuples:
    return _Distinct(Code(longest), load_default=(), validate=validate.Length(max=MOST_TIES))


def _text() -> ManyLines:
    return ManyLines(LONGEST_TEXT, shortest=0, load_default="")


class DeputyBody(Building):
    """A deputy as the office enters them; a change puts it in place of all that was known before."""

    shape = Deputy
    name = OneLine(LONGEST_NAME, required=True)
    level = fields.String(required=True, validate=validate.OneOf(list(DEPUTY_LEVELS)))
    term = OneLine(LONGEST_TERM, required=True)
    state = fields.Enum(DeputyState, by_value=True, load_default=DeputyState.ACTIVE)
    areas = _codes()
    stations = _codes()
    groups = _codes(40)
    identity = _text()
    duties = _text()
    promise = _text()
    results = _text()


class DeputyShape(Schema):
    """A deputy as everybody sees them."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    level = fields.String(required=True, validate=validate.OneOf(list(DEPUTY_LEVELS)))
    term = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(DEPUTY_STATES)))
    areas = fields.List(fields.String(), required=True)
    stations = fields.List(fields.String(), required=True)
    groups = fields.List(fields.String(), required=True)
    identity = fields.String(required=True)
    duties = fields.String(required=True)
    promise = fields.String(required=True)
    results = fields.String(required=True)
    updated = fields.AwareDateTime(required=True)


class DeputyQuery(Page):
    """What a list of deputies can be narrowed to."""

    state = Choices(DEPUTY_STATES, load_default=None)
    level = Choices(DEPUTY_LEVELS, load_default=None)
    area = Codes("areas", load_default=None)
    station = Codes("stations", load_default=None)
    group = Registered()


class DeputyPageQuery(Schema):
    """What the public list of deputies can be narrowed to, and where the list of groups beside it goes on."""

    cursor = fields.String(load_default=None)
    groups = fields.String(load_default=None)
    station = CodeOf("stations")
    group = Registered()


class RegisterQuery(Schema):
    """What the office's list of deputies can be narrowed to, and where the list of groups beside it goes on."""

    cursor = fields.String(load_default=None)
    groups = fields.String(load_default=None)
    state = ChoiceOf(DEPUTY_STATES)


class RegisterEntryQuery(Schema):
    """Whose entry is opened; none for a new one."""

    code = Code(40, load_default=None)


class GroupBody(Building):
    """A group as the office enters it."""

    shape = DeputyGroup
    name = OneLine(LONGEST_NAME, required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(GROUP_KINDS)))
    topics = _codes()
    counterpart = OneLine(LONGEST_COUNTERPART, shortest=0, load_default="")


class GroupShape(Schema):
    """A group as everybody sees it; `members` counts its active deputies."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(GROUP_KINDS)))
    topics = fields.List(fields.String(), required=True)
    counterpart = fields.String(required=True)
    members = fields.Integer(required=True)
    updated = fields.AwareDateTime(required=True)


class GroupQuery(Page):
    """What a list of groups can be narrowed to."""

    kind = Choices(GROUP_KINDS, load_default=None)


DeputyPage = page_of("DeputyPage", "A page of deputies, by code.", DeputyShape)
GroupPage = page_of("GroupPage", "A page of groups, by code.", GroupShape)
