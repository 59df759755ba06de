"""One language at a time: what is said of a value, and which language a reader gets."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from services.contracts.words.bilingual import Words
from services.design.phrases import CATALOGUE, Phrase, Speech
from services.design.reader import CHINESE, ENGLISH, Reader, reader_of
from services.design.templates import Templates
from services.runtime.clock import ZONE

PO = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Until %(day)s, <b>%(who)s</b>"
msgstr "<b>%(who)s</b>，%(day)s 前"

msgid "Hello"
msgstr "您好"

msgid "%(num)s case"
msgid_plural "%(num)s cases"
msgstr[0] "%(num)s 件"
"""
TEMPLATE = (
    '{{ words }}|{{ phrase }}|{{ _("Until %(day)s, <b>%(who)s</b>", day=day, who=name) }}|'
    '{{ ngettext("%(num)s case", "%(num)s cases", 2) }}|{{ name }}'
)
DAY = date(2026, 12, 3)
EVIL = "<i>"


@pytest.fixture
def templates(tmp_path: Path) -> Templates:
    for name in ("templates", "catalogues"):
        (tmp_path / name).mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "catalogues" / CATALOGUE).write_text(PO)
    return Templates(tmp_path)


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        (CHINESE, "甲|您好|<b>&lt;i&gt;</b>，<time datetime=\"2026-12-03\">2026年12月3日</time> 前|2 件|&lt;i&gt;"),
        (ENGLISH, "A|Hello|Until <time datetime=\"2026-12-03\">3 December 2026</time>, <b>&lt;i&gt;</b>|2 cases|&lt;i&gt;"),
    ],
)  # fmt: skip
def test_a_page_is_in_one_language_and_its_values_are_escaped(templates: Templates, language: str, shown: str) -> None:
    values = {"words": Words("甲", "A"), "phrase": Phrase("Hello"), "day": DAY, "name": EVIL}
    assert templates.render("page.html", Reader(language), values) == shown


def test_a_phrase_of_another_folder_is_said_in_the_language_of_the_page(templates: Templates, tmp_path: Path) -> None:
    (tmp_path / "other" / "catalogues").mkdir(parents=True)
    (tmp_path / "other" / "catalogues" / CATALOGUE).write_text('msgid "Good day"\nmsgstr "日安"\n')
    other = Templates(tmp_path / "other")
    assert [templates.say(Phrase(each), Reader(CHINESE)) for each in ("Good day", "Hello", "Unknown")] == [
        "日安",
        "您好",
        "Unknown",
    ]
    assert (other.say(Phrase("Hello"), Reader(CHINESE)), other.say(Phrase("Hello"), Reader(ENGLISH))) == ("您好", "Hello")


def test_an_instant_is_written_in_one_way_with_its_offset_for_machines() -> None:
    instant = datetime(2026, 12, 3, 9, 5, 7, tzinfo=ZONE)
    assert str(Speech(CHINESE).say(instant)) == '<time datetime="2026-12-03T09:05:07+08:00">2026年12月3日 09:05</time>'
    assert str(Speech(ENGLISH).say(instant)) == '<time datetime="2026-12-03T09:05:07+08:00">3 December 2026, 09:05</time>'


def test_a_deadline_at_the_end_of_a_day_is_written_as_the_day() -> None:
    shown = Speech(CHINESE).say(datetime(2026, 12, 3, 23, 59, 59, tzinfo=ZONE))
    assert str(shown) == '<time datetime="2026-12-03T23:59:59+08:00">2026年12月3日</time>'
    assert "23:59" in str(Speech(ENGLISH).say(datetime(2026, 12, 3, 23, 59, 58, tzinfo=ZONE)))


def test_a_phrase_is_filled_with_words_in_the_same_language() -> None:
    phrase = Phrase("To %(whom)s").filled(whom=Words("甲", "A"))
    assert (Speech(CHINESE).say(phrase), Speech(ENGLISH).say(phrase)) == ("To 甲", "To A")


@pytest.mark.parametrize(
    ("chosen", "preferred", "language"),
    [
        ({}, [], "zh"), ({}, ["en-GB", "zh"], "en"), ({}, ["fr", "en"], "en"), ({}, ["fr"], "zh"), ({}, ["zh-Hant-TW"], "zh"),
        ({"lang": "en"}, ["zh"], "en"), ({"lang": "xx"}, ["en"], "en"), ({"lang": ""}, [], "zh"), ({}, ["*"], "zh"),
    ],
)  # fmt: skip
def test_a_choice_goes_before_what_the_browser_prefers(chosen: dict[str, str], preferred: list[str], language: str) -> None:
    assert reader_of(chosen, preferred).lang == language


def test_choices_that_are_none_are_passed_over() -> None:
    chosen = {"size": "huge", "theme": "dark", "colour": "red"}
    assert reader_of(chosen, []) == Reader("zh", "normal", "dark")
