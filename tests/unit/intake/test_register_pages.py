"""The pages on which the office keeps deputies and groups."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

import pytest

from services.intake.domain.constituency.group import DeputyGroup
from services.intake.pages.constituency.naming import EntryNames
from services.intake.pages.constituency.registers import ENTRY, GROUP, LIST
from services.intake.store.constituency.registers import RegisterStore
from tests.unit.intake.harness import TOWN, IntakeHarness

ADMIN = {"Authorization": "Bearer admin", "Accept-Language": "en"}
ZHOU = {"code": "wx-017", "name": "周敏", "level": "county", "term": "17", "state": "active", "promise": "三天内反馈"}
LAW = {"code": "law", "name": "法制小组", "kind": "professional", "counterpart": "法工委"}


def enter(harness: IntakeHarness, form: Mapping[str, str], path: str = ENTRY) -> tuple[int, str]:
    answer = harness.client.post(path, data=form, headers=ADMIN)
    return answer.status_code, answer.text


def look(harness: IntakeHarness, path: str) -> str:
    answer = harness.client.get(path, headers=ADMIN)
    assert answer.status_code == 200, path
    return answer.text


def typed(page: str) -> dict[str, str]:
    """What stands in the inputs of a page."""
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))


def test_a_name_will_do_where_one_entry_alone_has_it():
    names = EntryNames([("a", ("东站", "East")), ("b", ("西站", "West")), ("c", ("西站", "West")), ("East", ("北站",))])
    assert names.codes("东站，b、 a;西站\nEast") == ["a", "b", "西站", "East"]
    assert names.unknown("东站，西站，b") == ["西站"]
    assert names.text(["a", "b", "East", "gone"]) == "东站、b、北站、gone"


@pytest.mark.slow
def test_a_deputy_is_entered_by_names_shown_and_changed(harness):
    assert enter(harness, LAW, GROUP)[0] == 303
    area, station = (part[code].name for part, code in ((TOWN.areas, "east"), (TOWN.stations, "central")))
    form = ZHOU | {"areas": f"{area}、east", "stations": station, "groups": "法制小组"}
    assert enter(harness, form)[0] == 303
    read = harness.client.get("/api/v1/deputies/wx-017").get_json()
    assert (read["areas"], read["stations"], read["groups"], read["promise"]) == (["east"], ["central"], ["law"], "三天内反馈")
    shown = typed(look(harness, f"{ENTRY}?code=wx-017"))
    assert (shown["areas"], shown["stations"], shown["groups"], shown["code"]) == (area, station, "法制小组", "wx-017")
    change = form | {"version": shown["version"], "state": "suspended"}
    harness.clock.instant = harness.clock.instant.replace(microsecond=7)
    assert enter(harness, change)[0] == 303
    # Who opened it before that change does not undo it.
    status, page = enter(harness, change | {"promise": "当天反馈"})
    assert (status, "当天反馈" in page, 'id="code-mistake"' in page) == (409, True, True)
    assert harness.client.get("/api/v1/deputies/wx-017").get_json()["promise"] == "三天内反馈"
    assert typed(look(harness, f"{GROUP}?code=law"))["counterpart"] == "法工委"


def test_a_new_entry_does_not_take_the_place_of_another(harness):
    assert enter(harness, ZHOU)[0] == 303
    status, page = enter(harness, ZHOU | {"name": "李强"})
    assert (status, "李强" in page, 'id="code-mistake"' in page) == (409, True, True)
    assert enter(harness, LAW, GROUP)[0] == 303
    assert enter(harness, LAW, GROUP)[0] == 409


@pytest.mark.parametrize(("path", "form", "wrong"), [
    (ENTRY, {"version": ""}, {"code", "name", "level", "term"}),
    (ENTRY, ZHOU | {"code": "-x", "areas": "nowhere", "groups": "nobody"}, {"code", "areas", "groups"}),
    (ENTRY, ZHOU | {"state": "x", "promise": "诺" * 2001, "stations": "s" * 61}, {"state", "promise", "stations"}),
    (GROUP, {"code": "g" * 41, "kind": "x", "topics": "nothing"}, {"code", "name", "kind", "topics"}),
])  # fmt: skip
def test_mistakes_stand_beside_their_fields_and_what_was_typed_stays(harness, path, form, wrong):
    status, page = enter(harness, form, path)
    assert (status, set(re.findall(r'id="(\w+)-mistake"', page))) == (422, wrong)
    assert all(text in page for text in form.values())
    assert harness.client.get("/api/v1/deputies").get_json()["items"] == []
    assert harness.client.get("/api/v1/groups").get_json()["items"] == []


def test_whose_office_has_ended_needs_another_term(harness):
    enter(harness, ZHOU | {"state": "ended"})
    version = typed(look(harness, f"{ENTRY}?code=wx-017"))["version"]
    status, page = enter(harness, ZHOU | {"version": version})
    assert (status, 'id="term-mistake"' in page) == (409, True)
    assert enter(harness, ZHOU | {"version": version, "term": "18"})[0] == 303


@pytest.mark.slow
def test_a_code_for_nobody_of_the_register_is_a_mistake_beside_its_field(harness):
    enter(harness, ZHOU)
    status, page = enter(harness, {"kind": "deputy", "deputy": "wx-018", "many": "1"}, "/codes")
    assert (status, 'id="deputy-mistake"' in page) == (422, True)
    assert enter(harness, {"kind": "deputy", "deputy": "wx-017", "many": "1"}, "/codes")[0] == 303


@pytest.mark.slow
def test_the_list_goes_on_where_it_ended_and_narrows_to_a_state(harness):
    for number in range(53):
        state = "ended" if number % 53 == 0 else "active"
        assert enter(harness, ZHOU | {"code": f"d-{number:02}", "state": state})[0] == 303
    pages, path = [], f"{LIST}?state=active"
    while path:
        page = look(harness, path)
        pages.append(re.findall(r"entry\?code=([\w-]+)", page))
        following = re.search(r'href="([^"]+)" rel="next"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert [len(codes) for codes in pages] == [50, 2]
    assert list(itertools.chain(*pages)) == [f"d-{number:02}" for number in range(1, 53)]
    assert re.findall(r"entry\?code=([\w-]+)", look(harness, f"{LIST}?state=ended")) == ["d-00"]


@pytest.mark.slow
def test_the_groups_go_on_where_they_ended_for_the_office_and_for_the_public(harness):
    with harness.database.transaction() as work:
        for number in range(120):
            RegisterStore(work).save_group(DeputyGroup(f"第{number}组", "deputies", code=f"g-{number:03}"), None)
    for path in (LIST, "/public/deputies"):
        found: list[str] = []
        following: str | None = path
        while following:
            page = look(harness, following)
            found += re.findall(r"group(?:\?code)?=(g-\d+)", page)
            following = next(iter(re.findall(r'href="([^"]*groups=[^"]*)" rel="next"', page)), None)
        assert found == [f"g-{number:03}" for number in range(120)], path
    # One that is not on the first page narrows the list of deputies all the same, and can be entered by its name.
    assert "第119组" in look(harness, "/public/deputies?group=g-119")
    assert enter(harness, ZHOU | {"groups": "第119组"})[0] == 303


@pytest.mark.parametrize("path", [LIST, ENTRY, GROUP])
def test_only_the_office_opens_the_registers(harness, path):
    for who, status in (("supervisor", 403), ("at-central", 403), ("reviewer", 403)):
        assert harness.client.get(path, headers={"Authorization": f"Bearer {who}"}).status_code == status
    assert harness.client.post(ENTRY, data=ZHOU, headers={"Authorization": "Bearer reviewer"}).status_code == 403
    assert harness.client.get(f"{ENTRY}?code=nobody", headers=ADMIN).status_code == 404
    assert harness.client.get(f"{GROUP}?code=nobody", headers=ADMIN).status_code == 404
