"""Letters to those who booked a slot of a session."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.contracts.messages.sessions import LetterBooked
from services.notify.domain.letters.submitters import AT_ONCE
from services.notify.domain.letters.visitors import BOOKED, write_to_visitor
from services.runtime.clock import ZONE
from tests.unit.notify.test_duties import PLACE

AT = datetime(2026, 12, 8, 9, 0, tzinfo=ZONE)


@pytest.mark.parametrize("about", BOOKED)
def test_every_letter_reads_in_both_languages_and_names_the_session_in_its_body_alone(about):
    letter = LetterBooked(about, "8M3XK-2QZ7T-9W4C", "{周二}有约", AT, 4, "一站", "https://a.example/bookings/1", "王阿姨")
    title, body = write_to_visitor(letter, PLACE)
    assert "有约" not in title
    assert [body.count(words) for words in ("{周二}有约", "8M3XK-2QZ7T-9W4C", "https://a.example/bookings/1")] == [2, 2, 2]
    assert body.startswith("王阿姨您好：")
    shown = 0 if about in ("put_off", "called_off") else 2
    assert [body.count(words) for words in ("2026-12-08 09:00", "一站")] == [shown, shown]
    assert about in AT_ONCE


def test_a_letter_says_nothing_that_is_not_known():
    _, body = write_to_visitor(LetterBooked("booked", "8M3XK-2QZ7T-9W4C", "有约", AT, 4), PLACE)
    assert not any(word in body for word in ("None", "地点", "您好", "查看"))
