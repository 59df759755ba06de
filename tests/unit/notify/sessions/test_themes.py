"""Themes: suggested from what many told, at most four to choose from for a kind and a month, one chosen for a session, and held."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from services.contracts.errors import Conflict
from services.notify.store.sessions.tables import themes
from tests.unit.notify.calling import Telephone
from tests.unit.notify.scenes import Scene, at
from tests.unit.notify.sessions.test_pages import Browser, plainly
from tests.unit.notify.sessions.town import made


def suggested(call: Telephone, **said: Any) -> str:
    status, answer = call("POST", "/themes", "office", {"title": "小区停车", "kind": "chief", **said})
    assert status == 201, answer
    return str(answer["id"])


def moved(call: Telephone, theme: str, move: str, **said: Any) -> Any:
    status, answer = call("POST", f"/themes/{theme}/{move}", "office", said)
    assert status == 200, answer
    return answer


def test_a_theme_is_suggested_shortlisted_chosen_and_held(scene: Scene, call: Telephone) -> None:
    theme = suggested(call, source="words", support=96)
    assert moved(call, theme, "shortlist", month="2026-12")["month"] == "2026-12"
    session = made(call, kind="chief")
    assert moved(call, theme, "choose", session=session)["state"] == "chosen"
    assert call("GET", f"/sessions/{session}", "office")[1]["theme"] == "小区停车"
    call("POST", f"/sessions/{session}/announce", "office", {})
    scene.clock.instant = at("2026-12-03 11:30")
    came = {"deputies": ["d-1", "d-2"], "officials": [{"department": "water", "title": "局长"}]}
    assert call("POST", f"/sessions/{session}/hold", "office", came)[0] == 200
    (one,) = call("GET", "/themes", None)[1]["items"]
    assert (one["state"], one["session"], one["support"]) == ("held", session, 96)
    told = [event for event in scene.said() if event.subject == theme]
    assert [(event.type, event.sequence) for event in told] == [
        ("theme.suggested", 1), ("theme.shortlisted", 2), ("theme.chosen", 3),
    ]  # fmt: skip


def test_there_are_at_most_four_to_choose_from_for_a_kind_and_a_month(call: Telephone) -> None:
    ids = [suggested(call, title=f"主题{number}") for number in range(5)]
    for each in ids[:4]:
        moved(call, each, "shortlist")
    status, answer = call("POST", f"/themes/{ids[4]}/shortlist", "office", {})
    assert (status, "4 to choose from" in answer["detail"]) == (409, True)
    moved(call, ids[1], "drop")
    assert moved(call, ids[4], "shortlist")["state"] == "shortlisted"
    other = suggested(call)
    assert moved(call, other, "shortlist", kind="reception")["kind"] == "reception"
    assert moved(call, suggested(call), "shortlist", month="2027-01")["month"] == "2027-01"


def test_two_at_once_do_not_get_one_place(scene: Scene, call: Telephone) -> None:
    for each in (suggested(call), suggested(call)):
        moved(call, each, "shortlist")
    with pytest.raises(IntegrityError), scene.database.transaction() as work:
        work.execute(themes.update().values(place=1))


def test_the_public_knows_of_what_there_is_to_choose_from_alone(call: Telephone) -> None:
    plain, listed = suggested(call), suggested(call)
    moved(call, listed, "shortlist")
    for who in (None, "water", "station"):
        assert [each["id"] for each in call("GET", "/themes", who)[1]["items"]] == [listed]
        assert call("GET", "/themes", who, state="suggested")[1]["items"] == []
    assert [each["id"] for each in call("GET", "/themes", "office", state="suggested")[1]["items"]] == [plain]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": ""}, "title"),
        ({"kind": "round_table"}, "kind"),
        ({"area": "nowhere"}, "area"),
        ({"source": "dream"}, "source"),
        ({"support": -1}, "support"),
    ],
)
def test_a_theme_that_makes_no_sense_is_refused(call: Telephone, said: dict[str, Any], field: str) -> None:
    status, answer = call("POST", "/themes", "office", {"title": "小区停车", "kind": "chief", **said})
    assert (status, list(answer["errors"])) == (422, [field])


def test_moves_that_are_not_possible_are_refused(call: Telephone) -> None:
    theme, free = suggested(call), suggested(call, kind=None)
    assert call("POST", f"/themes/{theme}/choose", "office", {})[0] == 409
    assert call("POST", f"/themes/{free}/shortlist", "office", {})[0] == 422
    assert call("POST", f"/themes/{theme}/shortlist", "office", {"month": "soon"})[0] == 422
    moved(call, theme, "shortlist")
    assert call("POST", f"/themes/{theme}/shortlist", "office", {})[0] == 409
    assert call("POST", f"/themes/{theme}/choose", "office", {"session": made(call)})[0] == 422
    moved(call, theme, "drop")
    assert call("POST", f"/themes/{theme}/drop", "office", {})[0] == 409
    assert call("POST", "/themes/nothing/drop", "office", {})[0] == 404
    assert call("POST", "/themes", "station", {"title": "x"})[0] == 403


@pytest.mark.slow
def test_the_page_has_a_filled_form_for_a_word_and_decides_with_a_press(call: Telephone, scene: Scene) -> None:
    browser = Browser(scene)
    assert 'value="河堤"' in browser.get("/themes?title=河堤", "office").text
    assert "河堤" not in browser.get("/themes?title=河堤").text
    assert browser.post("/themes", {"title": "", "source": "words"}).status_code == 422
    assert browser.post("/themes", {"title": "河堤", "source": "words", "support": "12"}).status_code == 303
    (one,) = call("GET", "/themes", "office")[1]["items"]
    path = f"/themes/{one['id']}"
    assert browser.post(f"{path}/choose", {"kind": ""}).status_code == 409
    assert browser.post(f"{path}/shortlist", {"kind": ""}).status_code == 422
    assert browser.post(f"{path}/shortlist", {"kind": "chief"}).status_code == 303
    assert "河堤" in plainly(browser.get("/themes"))
    assert browser.post(f"{path}/choose", {"kind": ""}).status_code == 303
    assert "/sessions/new?theme=%E6%B2%B3%E5%A0%A4" in browser.get("/themes", "office").text
    assert browser.post(f"{path}/drop", {"kind": ""}, "station").status_code == 403
    assert browser.post(f"{path}/drop", {"kind": ""}).status_code == 303


def test_what_is_held_stays() -> None:
    from services.notify.domain.sessions.theme import Theme

    theme = Theme("t", "停车", "person", at("2026-11-23 09:30"), "held")  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        theme.drop()
