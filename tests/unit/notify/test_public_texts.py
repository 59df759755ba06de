"""Texts that staff write and everybody may read: a number or an address of a person is refused by the name of its field."""

from __future__ import annotations

import pytest

from services.contracts.errors import Invalid
from services.design.phrases import Phrase
from services.notify.pages.sessions.fields import mistakes_of
from services.notify.schemas.lists.entries import EntryBody, EntryDrop, EntryResult
from services.notify.schemas.sessions import sessions
from services.notify.schemas.sessions.plans import PlanBody, PlannedDayBody
from services.notify.schemas.sessions.themes import ThemeBody
from services.runtime.input.public import LEAVE_OUT
from services.runtime.web.requests import validate

PUBLIC = {
    EntryBody: ("text", "owner"), EntryResult: ("result",), EntryDrop: ("reason",), ThemeBody: ("title",),
    PlannedDayBody: ("theme",), PlanBody: ("title", "brand", "place"),
    sessions.DetailsBody: ("title", "brand", "theme", "place"), sessions.OfficialBody: ("title",),
    sessions.AnnouncementBody: ("reason",), sessions.PostponementBody: ("reason",), sessions.CancellationBody: ("reason",),
    sessions.HoldingBody: ("reason",), sessions.MinutesBody: ("reason",), sessions.FollowingBody: ("reason",),
    sessions.ClosingBody: ("reason",),
}  # fmt: skip


@pytest.mark.parametrize("body", PUBLIC, ids=lambda each: each.__name__)
def test_a_public_text_is_refused_with_what_has_to_be_left_out(body):
    with pytest.raises(Invalid) as refused:
        validate(body(), dict.fromkeys(PUBLIC[body], "请联系13912345678"))
    told = {name: refused.value.errors.get(name) for name in PUBLIC[body]}
    assert told == {name: ["leave out a mobile number"] for name in PUBLIC[body]}


def test_a_form_says_so_beside_the_field():
    error = Invalid("", {"dates.0.theme": ["leave out a mobile number"], "title": ["1 to 120 characters."]})
    words = {"title": Phrase("Title"), "dates": Phrase("Days and themes")}
    assert mistakes_of(error, words) == {"title": Phrase("Title"), "dates": LEAVE_OUT}
