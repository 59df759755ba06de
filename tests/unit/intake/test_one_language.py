"""No page mixes its languages: what stands on it beside what people and the catalogue wrote is in the reader's."""

from __future__ import annotations

import re

import pytest

from services.contracts.messages.assignments import AssignmentSigned
from tests import visitors
from tests.unit.intake.harness import DUE
from tests.visitors import DEPARTMENT, Visit, created, replied

HANZI = re.compile("[\u3400-\u9fff]+")
#: The switch says the other language's name in that language.
SWITCH = {"zh": {"English"}, "en": {"中文"}}
#: What is called the same in both: formats, units, a sample of a receipt, an address, how tokens begin, extensions of phones.
SAME = {"JPEG", "PNG", "WebP", "MB", "hy", "wang", "example", "org", "ext"}

#: Receipts and addresses.
MACHINE = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{4}|https?://\S+|/problems/\w+")


@pytest.fixture
def visit(sqlite_database, clock):
    return Visit(sqlite_database("intake", visitors.MIGRATIONS), clock)


@pytest.fixture
def paths(visit):
    receipt = visit.receipt(title="1", content="2")
    visit.consume(created(DUE, rule="given"), AssignmentSigned("a", DEPARTMENT, DUE, True), replied(DUE, "3"))
    return ("/", "/receipts", "/receipts?receipt=1", receipt, "/login", "/nowhere", "/problems/conflict")


def read(visit: Visit, path: str, language: str) -> str:
    """What stands on a page, attributes that are read out included, without the names of stations, which have one name only."""
    page = visit.client.get(path, headers={"Accept": "text/html", "Accept-Language": language}).text
    heard = " ".join(re.findall(r'(?:\balt|\baria-label|\blabel|name="description" content)="([^"]*)"', page))
    text = f"{heard} {re.sub('<[^>]+>', ' ', page)}"
    for station in visit.catalogue.stations.values():
        text = text.replace(station.name, "")
    return text


def test_an_english_page_has_no_chinese_of_its_own(visit, paths):
    found = {path: set(HANZI.findall(read(visit, path, "en"))) - SWITCH["en"] for path in paths}
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_a_chinese_page_has_no_english_of_its_own(visit, paths):
    words = re.compile(r"[a-z]{2,}|[A-Z][a-z]+|\b[A-Z]{2,}\b")
    for path in paths:
        text = MACHINE.sub(" ", read(visit, path, "zh"))
        assert set(words.findall(text)) - SWITCH["zh"] - SAME == set(), path
