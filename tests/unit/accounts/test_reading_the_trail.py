"""Administrators read the audit trail: narrowed down, some at a time, as a file; reading it is in it, too."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest

from services.accounts.administering import trail
from services.accounts.administering.trail import TrailFilter, read_trail
from services.accounts.pages import trail as page
from services.contracts.people.callers import SIGNED_IN, Role
from services.intake.pages.routes import PAGES as INTAKE
from services.runtime.clock import SystemClock, first_id, new_id
from services.runtime.web.access.audit import AuditEntry, AuditLog
from tests.unit.runtime.harness import WebHarness

Open = Callable[..., WebHarness]
ADDRESS = "/api/v1/opinions/<opinion_id>"
HOSTILE = "<script>x()</script>"


def entry(subject: str | None, **facts: Any) -> AuditEntry:
    usual = {"token": "t-1", "role": "reviewer", "party": None, "method": "GET", "route": ADDRESS, "service": "intake"}
    return AuditEntry(request="r", subject=subject, **(usual | facts))


@pytest.fixture
def place(harness: Open) -> WebHarness:
    """Somebody has looked, changed and been refused something; one request was interrupted."""
    place = harness()
    person = place.person(Role.SUPERVISOR, "wang.lei", name="王磊")
    place.person(Role.HEAD, "wang.lei2", name="王磊")
    place.person(Role.HEAD, "li.na", name=HOSTILE)
    log = AuditLog(place.database)
    for line, status in (
        (entry("o-1", token=place.ids[Role.REVIEWER]), 200),
        (entry("o-2", token=None, person=person, name="王磊", role="supervisor", method="POST", route=f"{ADDRESS}/accept"), 200),
        (entry("o-2", token=None, person=person, name="王磊", role="supervisor", method="DELETE", route=f"{ADDRESS}/100%"), 403),
        (entry(HOSTILE, role="no-such-role", party=HOSTILE), None),
    ):
        made = log.begin(line)
        if status:
            log.end(made, line, status, [])
    place.database.close()
    return place


def subjects(text: str) -> list[str]:
    """The subjects of the lines at the page, without those of who looks at it."""
    return re.findall(r"/audit\?subject=([^\"]+)\"", text)


def ask(place: WebHarness, query: str, status: int = 200) -> str:
    answer = place.ask("GET", f"/audit?{query}", role=Role.ADMIN)
    assert answer.status_code == status, answer.text
    return answer.text


def test_the_newest_comes_first_and_what_people_wrote_is_text(place: WebHarness) -> None:
    text = ask(place, "")
    assert subjects(text) == [quote(HOSTILE, safe="/"), "o-2", "o-2", "o-1"]
    assert HOSTILE not in text
    assert "中断" in text
    assert "被拒绝（403）" in text


@pytest.mark.slow
def test_it_is_narrowed_down(place: WebHarness) -> None:
    person = next(line["person"] for line in place.lines(subject="o-2"))
    today = SystemClock().now().date()
    for query, found in {
        f"who={person}": ["o-2", "o-2"], "who=WANG.lei": ["o-2", "o-2"], f"who={place.ids[Role.REVIEWER]}": ["o-1"],
        "subject=o-1": ["o-1"], "subject=o-": [], "kind=changes": ["o-2", "o-2"], "kind=looks&subject=o-1": ["o-1"],
        "kind=refused": ["o-2"], "route=accept": ["o-2"], "route=100%25": ["o-2"], "route=%25": ["o-2"],
        f"since={today}&route=accept": ["o-2"], f"since={today + timedelta(days=2)}": [], f"until={today - timedelta(days=2)}": [],
        f"since={today - timedelta(days=1)}&until={today}&subject=o-1": ["o-1"],
    }.items():  # fmt: skip
        assert subjects(ask(place, query)) == found, query


def test_what_cannot_be_looked_for_is_said_beside_its_field(place: WebHarness) -> None:
    for query, field in (
        ("who=nobody", "who"), ("who=%3Cb%3E", "who"), ("since=yesterday", "since"), ("until=9999-12-31", "until"),
        ("since=0001-01-01", "since"),
    ):  # fmt: skip
        text = ask(place, query, 422)
        assert (f'id="{field}-mistake"' in text, subjects(text)) == (True, []), query
        assert place.ask("GET", f"/audit/file?{query}", role=Role.ADMIN).status_code == 422


def test_of_several_people_of_one_name_one_is_chosen(place: WebHarness) -> None:
    text = ask(place, f"who={quote('王磊')}", 422)
    (first, _) = re.findall(r'<li><a href="(/audit\?who=[0-9a-f-]{36})">王磊', text)
    assert subjects(ask(place, first.partition("?")[2])) == ["o-2", "o-2"]


def test_all_of_it_is_read_some_at_a_time_and_none_twice(place: WebHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "A_PAGE", 1)
    text, met = ask(place, "who=wang.lei&kind=changes"), []
    while True:
        met += re.findall(r"<code>((?:POST|DELETE) [^<]+)</code>", text)
        following = re.search(r'href="/audit\?(cursor=[^"]+)" rel="next"', text)
        if following is None:
            break
        text = ask(place, following[1].replace("&amp;", "&"))
        assert "wang.lei" in text
    assert [each.rpartition("/")[2] for each in met] == ["100%", "accept"]
    assert ask(place, "cursor=%C3%A4", 422)


def test_what_is_rare_is_looked_for_in_parts(place: WebHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "LOOKED_THROUGH", 2)
    wanted, before, met, pages = TrailFilter(token=place.ids[Role.REVIEWER], route="opinions"), None, [], 0
    log = AuditLog(place.database)
    for number in range(5):
        log.begin(entry(f"x-{number}", token=place.ids[Role.REVIEWER], route="/api/v1/others"))
    with place.database.reading() as connection:
        while pages == 0 or before:
            found = read_trail(connection, wanted, before, 10)
            met += [each.subject for each in found.lines]
            before, pages = found.before, pages + 1
    assert (met, pages > 2) == (["o-1"], True)


def test_the_file_has_what_the_page_has_and_is_bounded(place: WebHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(query: str) -> list[tuple[Any, ...]]:
        answer = place.ask("GET", f"/audit/file?{query}", role=Role.ADMIN)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))

    heading, *found = rows("subject=o-2")
    assert heading[:2] == ("时间", "操作人")
    assert [(row[3], row[4], row[5]) for row in found] == [
        (f"DELETE {ADDRESS}/100%", "o-2", "403"), (f"POST {ADDRESS}/accept", "o-2", "200"),
    ]  # fmt: skip
    assert found[0][1].startswith("王磊 ")
    monkeypatch.setattr(page, "MOST_IN_A_FILE", 1)
    assert [row[0][:6] for row in rows("subject=o-2")] == [heading[0], found[0][0][:6], "更早的记录不"]


def test_a_file_of_what_is_rare_goes_back_only_so_far_and_says_so(place: WebHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "LOOKED_THROUGH", 1)
    monkeypatch.setattr(page, "MOST_ROUNDS", 2)
    answer = place.ask("GET", "/audit/file?kind=looks&route=no-such", role=Role.ADMIN)
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert (len(rows), "更早的记录" in rows[1][0]) == (2, True)


def test_lines_that_are_added_while_it_is_read_put_none_in_it_twice(place: WebHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL each statement sees what was added since the one before."""
    monkeypatch.setattr(trail, "LOOKED_THROUGH", 2)
    log, wanted, met, before = AuditLog(place.database), TrailFilter(route="opinions"), [], None
    asked = 0

    class Moving:
        """A connection before whose every statement a line is added."""

        def execute(self, query: Any) -> Any:
            nonlocal asked
            asked += 1
            log.begin(entry(f"x-{asked}", route="/api/v1/others"))
            with place.database.reading() as connection:
                return connection.execute(query).freeze()()

    for _ in range(20):
        found = read_trail(Moving(), wanted, before, 10)  # type: ignore[arg-type]
        met += [each.id for each in found.lines]
        before = found.before
        if before is None:
            break
    assert len(met) == len(set(met)) == 4


@pytest.mark.slow
def test_looking_at_what_somebody_did_says_of_whom(place: WebHarness) -> None:
    person = next(line["person"] for line in place.lines(subject="o-2"))
    for query, about in ((f"who={person}", person), ("who=wang.lei", person), ("", None)):
        for path in ("/audit", "/audit/file"):
            ask_status = place.ask("GET", f"{path}?{query}", role=Role.ADMIN).status_code
            assert (ask_status, place.lines(route=path)[-1]["subject"]) == (200, about), query


def test_a_deputy_is_looked_up_once_for_a_page(place: WebHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    met = list[str]()
    monkeypatch.setattr(type(place.service), "deputy_name", lambda _, code: met.append(code))
    log = AuditLog(place.database)
    for _ in range(3):
        log.begin(entry("o-3", role="deputy", party="d-1"))
    ask(place, "subject=o-3")
    assert met == ["d-1"]


@pytest.mark.slow
def test_reading_it_is_in_it_and_for_administrators_alone(place: WebHarness) -> None:
    for path in ("/audit", "/audit/file"):
        assert place.ask("GET", path).status_code == 401
        for role in sorted(set(Role) - {Role.ADMIN}):
            assert place.ask("GET", path, role=role).status_code == 403, role
        assert place.ask("GET", path, role=Role.ADMIN).status_code == 200
        outcomes = [(line["role"], line["status"]) for line in place.lines(route=path)]
        assert outcomes.count(("admin", 200)) == 1
        assert {role for role, status in outcomes if status == 403} == set(Role) - {Role.ADMIN}


def test_an_id_that_was_made_before_an_instant_is_less_than_the_first_one_of_it() -> None:
    now = SystemClock().now()
    assert first_id(now - timedelta(seconds=2)) < new_id() < first_id(now + timedelta(hours=2))
    assert len(first_id(now)) == len(new_id())


def test_the_page_that_leads_to_all_is_for_administrators(place: WebHarness) -> None:
    for role in SIGNED_IN:
        answer = place.ask("GET", "/administration", role=role)
        assert answer.status_code == (200 if role is Role.ADMIN else 403), role
    led = set(re.findall(r'<h2><a href="([^"]+)"', place.ask("GET", "/administration", role=Role.ADMIN).text))
    assert led == {route.path for route in INTAKE if route.path in led and route.access == frozenset({Role.ADMIN})}
    assert "/erasure" in led
