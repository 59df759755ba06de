"""Tokens of programs, over the API and at the page: shown once, and ended for good."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.accounts.administering.tokens import issue
from services.accounts.model import NewToken
from services.contracts.people.callers import Role
from services.contracts.people.grants import GRANTABLE
from tests.unit.runtime.harness import PASSWORD, WebHarness

Open = Callable[..., WebHarness]
VALUE = re.compile(r"hy_[\w-]{43}")
KEY = re.compile(r'name="key" value="([^"]+)"')


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.web.access.tokens.CACHE_SECONDS", -1.0)


@pytest.fixture
def place(harness: Open) -> WebHarness:
    return harness()


def api(place: WebHarness, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    answer = place.ask(method, f"/api/v1{path}", role=Role.ADMIN, json=body)
    assert answer.status_code == status, answer.text
    return answer.get_json()


def opens(place: WebHarness, token: str, path: str = "/api/v1/opinions") -> int:
    return place.ask("GET", path, headers={"Authorization": f"Bearer {token}"}).status_code


def filled(place: WebHarness, **given: str) -> dict[str, str]:
    """The form at the page as an administrator who is signed in fills it in."""
    found = KEY.search(place.ask("GET", "/tokens").text)
    assert found
    return {"csrf": place.form_key(), "key": found[1], "present": PASSWORD, **given}


class TestOverTheApi:
    def test_a_token_is_made_opens_what_it_may_is_listed_without_its_value_and_revoked(self, place: WebHarness) -> None:
        made = api(place, "POST", "/tokens", {"role": "department", "department": "water", "days": 30, "source": "water-1"})
        assert (made["department"], made["source"], made["channels"], opens(place, made["value"])) == (
            "water",
            "water-1",
            None,
            200,
        )
        listed = api(place, "GET", "/tokens?limit=1")
        (first,) = listed["items"]
        assert (first["id"], bool(listed["next"]), made["value"] in str(listed)) == (made["id"], True, False)
        assert set(first) == set(made) - {"value"}
        gone = api(place, "POST", f"/tokens/{made['id']}/revocation")
        assert (gone["id"], bool(gone["revoked"]), opens(place, made["value"])) == (made["id"], True, 401)
        api(place, "POST", f"/tokens/{made['id']}/revocation", status=404)
        assert {line["subject"] for line in place.lines(route="/api/v1/tokens")} == {made["id"]}
        assert made["value"] not in str(place.lines())

    @pytest.mark.slow
    def test_one_that_cannot_be_is_not_made(self, place: WebHarness) -> None:
        before, department = len(api(place, "GET", "/tokens")["items"]), {"role": "department", "department": "water"}
        for body, field in (
            ({"role": "king"}, "role"), ({"role": "department"}, "department"), (department | {"role": "admin"}, "department"),
            ({"role": "department", "department": "nowhere"}, "department"), ({"role": "station", "station": "nowhere"}, "station"),
            ({"role": "deputy", "deputy": "nobody"}, "deputy"), ({"role": "admin", "days": 0}, "days"),
            ({"role": "admin", "days": 10**30}, "days"), ({"role": "admin", "source": "Ünsafe"}, "source"),
            ({"role": "admin", "source": "x\n"}, "source"), ({"role": "admin", "channels": ["pigeon"]}, "channels.0"),
            (department | {"source": "admin"}, "source"),
        ):  # fmt: skip
            assert list(api(place, "POST", "/tokens", body, 422)["errors"]) == [field], body
        assert len(api(place, "GET", "/tokens")["items"]) == before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/tokens", {"role": "department", "department": "water"}),
        ("/accounts", {"sign_in": "chen", "name": "陈静", "grant": {"role": "reviewer"}}),
    ],
)
def test_what_is_shown_once_is_made_once_under_a_key(place: WebHarness, path: str, body: Any) -> None:
    def send(key: str) -> Any:
        return place.ask("POST", f"/api/v1{path}", role=Role.ADMIN, json=body, headers={"Idempotency-Key": key})

    before = len(api(place, "GET", path)["items"])
    first, again = send("one"), send("one")
    assert (first.status_code, again.status_code) == (200, 409)
    assert f"GET {path}" in again.get_json()["detail"]
    assert len(api(place, "GET", path)["items"]) == before + 1
    assert send("another").status_code == 200


def test_printing_a_token_that_was_made_does_not_show_it(place: WebHarness) -> None:
    made = issue(place.service.accounts, NewToken("admin"))
    assert made.value not in repr(made)


class TestAtThePage:
    @pytest.fixture(autouse=True)
    def signed_in(self, place: WebHarness) -> None:
        place.sign_in(Role.ADMIN)

    @pytest.mark.slow
    def test_a_token_is_shown_once_and_no_press_more_makes_another(self, place: WebHarness) -> None:
        form = filled(place, role="department", of="department:water", days="90", **{"channel-hotline": "yes"})
        made = place.ask("POST", "/tokens", data=form)
        (value,) = VALUE.findall(made.text)
        assert (made.status_code, made.headers["Cache-Control"], opens(place, value)) == (200, "no-store", 200)
        (row,) = [each for each in api(place, "GET", "/tokens")["items"] if each["channels"]]
        assert (row["department"], row["channels"]) == ("water", ["hotline"])
        again = place.ask("POST", "/tokens", data=form)
        assert (again.status_code, VALUE.findall(again.text)) == (409, [])
        assert len([each for each in api(place, "GET", "/tokens")["items"] if each["channels"]]) == 1
        assert VALUE.findall(place.ask("GET", "/tokens").text) == []
        (line,) = [line for line in place.lines(route="/tokens") if line["status"] == 200]
        assert (line["subject"], line["name"]) == (row["id"], "王admin")

    @pytest.mark.slow
    def test_mistakes_and_a_wrong_password_keep_what_was_typed_and_make_nothing(self, place: WebHarness) -> None:
        before = len(api(place, "GET", "/tokens")["items"])
        for wrong, field in (
            ({"role": ""}, "role"), ({"of": ""}, "of"), ({"days": "soon"}, "days"), ({"days": "9" * 5000}, "days"),
            ({"source": "<b>"}, "source"), ({"present": "guessed"}, "present"), ({"deputy": "d"}, "deputy"),
        ):  # fmt: skip
            typed = {"role": "department", "of": "department:water", "channel-web": "yes", "source": "water-7"} | wrong
            answer = place.ask("POST", "/tokens", data=filled(place, **typed))
            assert (answer.status_code, f'id="{field}-mistake"' in answer.text) == (422, True), wrong
            assert 'name="channel-web" value="yes" checked' in answer.text
            assert "<b>" not in answer.text
            assert PASSWORD not in answer.text
        assert len(api(place, "GET", "/tokens")["items"]) == before

    def test_a_session_that_ended_gives_back_every_field_but_the_password(self, place: WebHarness) -> None:
        form = filled(place, role="admin", source="plan-b", days="7", **{f"channel-{each}": "yes" for each in GRANTABLE})
        place.client.delete_cookie("huiying")
        kept = place.ask("POST", "/tokens", data=form)
        assert kept.status_code == 401
        names = set(re.findall(r'name="([^"]+)"', kept.text))
        assert set(form) - names == {"present", "csrf"}
        assert PASSWORD not in kept.text

    def test_one_press_revokes_and_a_colleague_s_is_told(self, place: WebHarness) -> None:
        token, form = place.ids[Role.REVIEWER], {"csrf": place.form_key()}
        done = place.ask("POST", f"/tokens/{token}/revocation", data=form)
        assert (done.status_code, done.headers["Location"]) == (303, "/tokens?did=revoked")
        assert opens(place, place.tokens[Role.REVIEWER]) == 401
        assert place.ask("POST", f"/tokens/{token}/revocation", data=form).status_code == 409
        assert place.ask("POST", f"/tokens/{place.ids[Role.HEAD]}/revocation").status_code == 403, "not without the form's key"
        assert place.ask("GET", f"/tokens/{token}/revocation").headers["Location"] == "/tokens"

    @pytest.mark.slow
    def test_the_list_is_narrowed_by_role_and_to_those_in_force(self, place: WebHarness) -> None:
        place.ask("POST", f"/tokens/{place.ids[Role.REVIEWER]}/revocation", data={"csrf": place.form_key()})
        api(place, "POST", "/tokens", {"role": "scraper", "days": 1})
        place.clock.instant += timedelta(days=2)
        place.sign_in(Role.ADMIN)

        def ids(query: str) -> set[str]:
            return set(re.findall(r"/audit\?who=([0-9a-f-]{36})", place.ask("GET", f"/tokens?{query}").text))

        assert ids("state=good") == set(place.ids.values()) - {place.ids[Role.REVIEWER]}
        assert place.ids[Role.REVIEWER] in ids("state=ended")
        assert len(ids("state=ended")) == 2
        assert ids("acting=head") == {place.ids[Role.HEAD]}
        assert len(ids("acting=&state=")) == len(place.ids) + 1
