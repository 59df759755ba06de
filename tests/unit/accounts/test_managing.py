"""Administrators manage accounts, over the API and at pages; the own account; several roles of one person."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from services.accounts.model import NewGrant
from services.accounts.pages.others import MOVES
from services.contracts.people.callers import SIGNED_IN, Role
from services.runtime.web.access.people import persons
from tests.unit.runtime.harness import PASSWORD, WebHarness

Open = Callable[..., WebHarness]
WANG = {"sign_in": "Wang.Lei", "name": "王磊", "grant": {"role": "department", "department": "water"}}


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.web.access.tokens.CACHE_SECONDS", -1.0)


def api(place: WebHarness, method: str, path: str, body: Any = None) -> Any:
    answer = place.ask(method, f"/api/v1{path}", role=Role.ADMIN, json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


@pytest.mark.slow
def test_somebody_is_invited_comes_is_granted_more_suspended_let_in_and_erased(harness: Open) -> None:
    place = harness()
    sent = api(place, "POST", "/accounts", WANG | {"phone": "13800000000"})
    person = sent["account"]["id"]
    assert (sent["account"]["state"], sent["account"]["sign_in"], sent["account"]["phone"]) == (
        "invited",
        "wang.lei",
        "13800000000",
    )
    again = api(place, "POST", "/accounts", WANG)
    assert (again["account"]["id"], again["link"] == sent["link"]) == (person, False)
    key = again["link"].partition("=")[2]
    assert place.ask("GET", sent["link"]).status_code == 404, "the newest link is the good one"
    assert place.ask("POST", "/invitation", data={"key": key, "password": PASSWORD, "again": PASSWORD}).status_code == 303
    assert "水" in place.ask("GET", "/office").text
    assert place.ask("POST", "/api/v1/accounts", role=Role.ADMIN, json=WANG).status_code == 409
    both = api(place, "POST", f"/accounts/{person}/grants", {"role": "supervisor"})
    assert [each["role"] for each in both["grants"]] == ["department", "supervisor"]
    assert len(api(place, "POST", f"/accounts/{person}/grants", {"role": "supervisor"})["grants"]) == 2
    assert api(place, "POST", f"/accounts/{person}/suspend")["state"] == "suspended"
    assert place.ask("GET", "/office").status_code == 401
    assert api(place, "POST", f"/accounts/{person}/resume")["state"] == "active"
    assert place.ask("POST", "/login", data={"sign_in": "wang.lei", "password": PASSWORD}).status_code == 303
    one = api(place, "GET", f"/accounts/{person}")
    assert (one["name"], one["phone"]) == ("王磊", None), "the second invitation named none"
    assert "phone" not in api(place, "GET", "/accounts")["items"][0]
    gone = api(place, "POST", f"/accounts/{person}/erasure")
    assert (gone["id"], gone["state"], gone["name"], gone["sign_in"], gone["grants"]) == (person, "erased", "–", None, [])


def test_how_to_reach_somebody_is_sealed_in_the_store(harness: Open) -> None:
    place = harness()
    api(place, "POST", "/accounts", WANG | {"email": "wang@example.org"})
    with place.database.reading() as connection:
        assert "wang@example" not in str(connection.execute(sa.select(persons)).all())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sign_in": "x"}, "sign_in"), ({"sign_in": "a b"}, "sign_in"), ({"name": ""}, "name"), ({"email": "nowhere"}, "email"),
        ({"grant": {"role": "department"}}, "department"), ({"grant": {"role": "admin", "department": "water"}}, "department"),
        ({"grant": {"role": "scraper"}}, "role"), ({"grant": {"role": "king"}}, "grant.role"),
        ({"grant": {"role": "department", "department": "nowhere"}}, "department"),
        ({"grant": {"role": "admin", "station": "x"}}, "station"),
    ],
)  # fmt: skip
def test_who_cannot_be_invited(harness: Open, change: dict[str, Any], field: str) -> None:
    answer = harness().ask("POST", "/api/v1/accounts", role=Role.ADMIN, json=WANG | change)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN}))
def test_administrators_alone_manage_accounts(harness: Open, role: Role) -> None:
    place = harness()
    person = place.person(Role.HEAD)
    for method, path in (
        ("GET", ""),
        ("POST", ""),
        ("GET", f"/{person}"),
        ("POST", f"/{person}/reset"),
        ("POST", f"/{person}/grants"),
    ):
        assert place.ask(method, f"/api/v1/accounts{path}", role=role, json={}).status_code == 403
    if role in SIGNED_IN:
        place.sign_in(role)
        assert place.ask("GET", "/accounts").status_code == 403
        assert place.ask("POST", f"/accounts/{person}/suspend", data={"csrf": place.form_key()}).status_code == 403


@pytest.mark.slow
def test_one_account_acts_in_one_role_at_a_time_and_the_session_changes_its_secret_with_it(harness: Open) -> None:
    place = harness()
    person, accounts = place.person(Role.REVIEWER), place.service.accounts
    accounts.change(lambda _, people: people.grant(person, NewGrant("supervisor")))
    first = place.sign_in().headers["Set-Cookie"]
    decline = "/office/opinions/o-1/decline"
    key = place.form_key()
    assert place.ask("POST", decline, data={"csrf": key}).status_code == 303
    roles = accounts.read(lambda people: people.get(person)).grants
    switched = place.ask("POST", "/account/role", data={"csrf": key, "grant": roles[1].id})
    assert (switched.status_code, switched.headers["Set-Cookie"] != first) == (303, True)
    assert place.ask("POST", decline, data={"csrf": key}).status_code == 403, "the key of the form is another one, too"
    assert place.ask("POST", decline, data={"csrf": place.form_key()}).status_code == 403, "a supervisor may not"
    other = accounts.read(lambda people: people.get(place.person(Role.ADMIN))).grants[0].id
    assert place.ask("POST", "/account/role", data={"csrf": place.form_key(), "grant": other}).status_code == 404


@pytest.mark.slow
def test_own_sessions_are_listed_and_ended_and_nobody_else_s(harness: Open) -> None:
    place = harness()
    place.sign_in()
    browsers = [place.app.test_client() for _ in range(2)]
    agent = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36"}
    for browser in browsers:
        browser.post("/login", data={"sign_in": "reviewer", "password": PASSWORD}, headers=agent)
    place.person(Role.HEAD)
    stranger = place.app.test_client()
    stranger.post("/login", data={"sign_in": "head", "password": PASSWORD})
    page = place.ask("GET", "/account").text
    assert page.count("Chrome · Windows") >= 2
    key, ids = place.form_key(), re.findall(r'name="session" value="([^"]+)"', page)
    place.ask("POST", "/account/sessions/end", data={"csrf": key, "session": ids[0]})
    assert sorted(browser.get("/office").status_code for browser in browsers) == [200, 401]
    place.ask("POST", "/account/sessions/end", data={"csrf": key})
    assert [browser.get("/office").status_code for browser in browsers] == [401, 401]
    assert (place.ask("GET", "/office").status_code, stranger.get("/office").status_code) == (200, 200)


def assert_takes_the_password(place: WebHarness, path: str, form: dict[str, str], field: str) -> None:
    """A guess is refused; and none at all, as a form has that was kept over a lost session, which is no try in vain."""
    guessed = place.ask("POST", path, data=form | {"present": "guessed"})
    assert (guessed.status_code, f'id="{field}-mistake"' in guessed.text, "?key=" in guessed.text) == (422, True, False)
    for _ in range(8):
        empty = place.ask("POST", path, data=form | {"present": ""})
        assert (empty.status_code, "请输入当前密码" in empty.text) == (422, True)


@pytest.mark.slow
def test_at_pages_an_administrator_invites_grants_and_resets_and_mistakes_keep_what_was_typed(harness: Open) -> None:
    place = harness()
    place.sign_in(Role.ADMIN)
    key = place.form_key()
    wrong = place.ask("POST", "/accounts", data={"csrf": key, "name": "<b>王磊</b>", "sign_in": "wang.lei", "role": "department"})
    assert (wrong.status_code, 'id="of-mistake"' in wrong.text, "&lt;b&gt;王磊" in wrong.text) == (422, True, True)
    form = {"csrf": key, "name": "王磊", "sign_in": "wang.lei", "role": "department", "of": "department:water"}
    assert_takes_the_password(place, "/accounts", form, "present")
    assert place.service.accounts.read(lambda people: people.named("wang.lei")) is None
    form["present"] = PASSWORD
    made = place.ask("POST", "/accounts", data=form)
    assert (made.status_code, "http://localhost/invitation?key=" in made.text) == (200, True)
    person = place.service.accounts.read(lambda people: people.named("wang.lei"))
    assert person is not None
    assert place.lines(route="/accounts", method="POST")[-1]["subject"] == person.id
    granted = {"csrf": key, "role": "supervisor"}
    assert_takes_the_password(place, f"/accounts/{person.id}/grants", granted, "present-grants")
    assert "督办人员" not in str(place.ask("GET", "/accounts").text.partition("<tbody>")[2].partition("</table>")[0])
    assert place.ask("POST", f"/accounts/{person.id}/grants", data=granted | {"present": PASSWORD}).status_code == 303
    page = place.ask("GET", f"/accounts/{person.id}").text
    assert "督办人员" in page
    mine = {"csrf": key, "present": PASSWORD}
    for move in ("reset", "erase"):
        assert_takes_the_password(place, f"/accounts/{person.id}/{move}", mine, f"present-{move}")
    assert "/invitation?key=" in place.ask("POST", f"/accounts/{person.id}/reset", data=mine).text
    for move, status in (("suspend", 303), ("suspend", 409), ("resume", 303), ("sign-out", 303), ("erase", 303)):
        assert place.ask("POST", f"/accounts/{person.id}/{move}", data=mine).status_code == status
    assert "王磊" not in place.ask("GET", f"/accounts/{person.id}").text
    for part in ("name", "grants", "grants/g/end", *MOVES):
        assert place.ask("GET", f"/accounts/{person.id}/{part}").headers["Location"] == f"/accounts/{person.id}"
    own = place.person(Role.ADMIN)
    assert place.ask("POST", f"/accounts/{own}/suspend", data={"csrf": key}).status_code == 409


@pytest.mark.slow
def test_the_list_is_narrowed_by_name_role_place_state_and_what_is_missing(harness: Open) -> None:
    place = harness()
    wang = place.person(Role.DEPARTMENT, "Wang.Lei", name="王磊")
    li = place.person(Role.STATION, "li.na", name="李%娜")
    place.sign_in(Role.ADMIN)
    admin = place.person(Role.ADMIN)
    api(place, "POST", f"/accounts/{li}/suspend")
    place.service.accounts.change(lambda _, people: people.change(wang, totp="sealed"))
    assert place.service.accounts.read(lambda people: people.get(wang)).totp

    def ids(query: str) -> list[str]:
        return re.findall(r'<td><a href="/accounts/([^"]+)"', place.ask("GET", f"/accounts?{query}").text)

    for query, found in {
        "": [admin, li, wang], "q=王": [admin, wang], "q=WANG": [wang], "q=%25": [li], "q=_": [], "acting=station": [li],
        "acts-for=department:water": [wang], "acts-for=station:water": [], "acts-for=": [admin, li, wang],
        "state=suspended": [li], "lacks=visit": [li, wang], "lacks=factor": [admin, li], "lacks=factor&state=active": [admin],
    }.items():  # fmt: skip
        assert ids(query) == found, query


@pytest.mark.slow
def test_a_list_that_is_narrowed_goes_on_narrowed(harness: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    place = harness()
    made = [place.person(Role.HEAD, f"head{number}") for number in range(3)]
    place.sign_in(Role.ADMIN)
    monkeypatch.setattr("services.accounts.pages.others.SHOWN", 2)
    following = re.search(r'href="(/accounts\?cursor=[^"]+)" rel="next"', place.ask("GET", "/accounts?acting=head").text)
    assert following
    text = place.ask("GET", following[1].replace("&amp;", "&")).text
    assert re.findall(r'<td><a href="/accounts/([^"]+)"', text) == made[:1]


@pytest.mark.slow
def test_the_trail_names_persons_and_an_erased_one_stays_in_it_under_the_id_alone(harness: Open) -> None:
    place = harness()
    place.sign_in()
    person = place.person()
    place.ask("POST", "/office/opinions/o-1/decline", data={"csrf": place.form_key()})
    (line,) = [line for line in place.lines(person=person) if line["subject"] == "o-1"]
    assert (line["name"], line["token"], line["role"]) == ("王reviewer", None, "reviewer")
    api(place, "POST", f"/accounts/{person}/erasure")
    names = {line["name"] for line in place.lines(person=person)}
    assert names == {None}
    assert any(line["subject"] == person for line in place.lines()), "what the administrator did is in it, too"


@pytest.mark.slow
def test_somebody_is_renamed_and_the_trail_keeps_the_name_of_the_time(harness: Open) -> None:
    place = harness()
    place.sign_in()
    person, key = place.person(), place.form_key()
    place.ask("POST", "/account/sessions/end", data={"csrf": key})
    assert api(place, "POST", f"/accounts/{person}/name", {"name": "王\n蕾"})["name"] == "王 蕾", "a name is one line"
    assert "王 蕾" in place.ask("GET", "/office").text
    place.ask("POST", "/account/sessions/end", data={"csrf": key})
    assert [line["name"] for line in place.lines(route="/account/sessions/end")] == ["王reviewer", "王 蕾"]
    renamed = place.lines(route="/api/v1/accounts/<account_id>/name")
    assert [(line["subject"], line["status"]) for line in renamed] == [(person, 200)]
    for wrong in ({}, {"name": " "}, {"name": "x" * 81}):
        assert place.ask("POST", f"/api/v1/accounts/{person}/name", role=Role.ADMIN, json=wrong).status_code == 422
    assert place.ask("POST", f"/api/v1/accounts/{person}/name", role=Role.REVIEWER, json={"name": "x"}).status_code == 403
    api(place, "POST", f"/accounts/{person}/erasure")
    assert place.ask("POST", f"/api/v1/accounts/{person}/name", role=Role.ADMIN, json={"name": "x"}).status_code == 409


@pytest.mark.slow
def test_an_administrator_renames_somebody_at_the_page(harness: Open) -> None:
    place = harness()
    person = place.person(sign_in="wang.lei", name="王磊")
    place.sign_in(Role.ADMIN)
    page, form = f"/accounts/{person}", {"csrf": place.form_key()}
    wrong = place.ask("POST", f"{page}/name", data=form | {"name": " "})
    assert (wrong.status_code, 'id="name-mistake"' in wrong.text) == (422, True)
    assert place.ask("POST", f"{page}/name", data=form | {"name": "<b>王蕾"}).headers["Location"] == page
    assert "&lt;b&gt;王蕾" in place.ask("GET", page).text
