"""Coming in over HTTP: passwords, links, the second factor, and what must not be told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher
from werkzeug.test import TestResponse

from services.accounts import managing
from services.accounts.credentials.attempts import FREE
from services.accounts.credentials.once import LASTS, Purpose
from services.accounts.model import NewGrant, Rules
from services.accounts.signing import second
from services.contracts.people.callers import Role
from tests.unit.runtime.harness import PASSWORD, WebHarness

Open = Callable[..., WebHarness]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = re.compile(r'name="step" value="([^"]+)"')
NEW = "another four ordinary words"


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.web.access.tokens.CACHE_SECONDS", -1.0)


def with_second(place: WebHarness, role: Role = Role.REVIEWER) -> str:
    """Somebody with a second factor of which a code was used just now."""
    person, accounts = place.person(role), place.service.accounts
    known = accounts.read(lambda people: people.get(person))
    second.set_up(accounts, known, SECRET, code(place))
    return person


def code(place: WebHarness, seconds: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(int(place.clock.now().timestamp()) + seconds)


def first_step(place: WebHarness) -> str:
    answer = place.sign_in()
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
    found = STEP.search(answer.text)
    assert found
    return found[1]


def enter(place: WebHarness, step: str, given: str) -> TestResponse:
    return place.ask("POST", "/login/code", data={"step": step, "code": given})


class TestPasswords:
    def test_unknown_names_suspended_accounts_and_wrong_passwords_get_the_same_answer(self, harness: Open) -> None:
        place = harness()
        managing.suspend(place.service.accounts, place.person(Role.HEAD), None)
        place.person(Role.REVIEWER)
        tries = (("nobody", PASSWORD), ("head", PASSWORD), ("reviewer", "not the password"))
        answers = [place.ask("POST", "/login", data={"sign_in": name, "password": given}) for name, given in tries]
        assert {answer.status_code for answer in answers} == {401}
        assert len({answer.text.replace(f'value="{name}"', "") for answer, (name, _) in zip(answers, tries, strict=True)}) == 1

    def test_an_unknown_name_costs_as_much_as_a_wrong_password(self, harness: Open, monkeypatch: pytest.MonkeyPatch) -> None:
        place, looked = harness(), list[str]()
        verify = PasswordHasher.verify

        def look(hasher: PasswordHasher, kept: str, given: str) -> bool:
            looked.append(kept)
            return verify(hasher, kept, given)

        monkeypatch.setattr(PasswordHasher, "verify", look)
        place.ask("POST", "/login", data={"sign_in": "nobody", "password": PASSWORD})
        assert len(looked) == 1

    def test_a_password_that_changes_while_it_is_looked_at_lets_nobody_in(
        self, harness: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = harness()
        person, accounts = place.person(Role.REVIEWER), place.service.accounts
        verify = PasswordHasher.verify

        def look(hasher: PasswordHasher, kept: str, given: str) -> bool:
            accounts.change(lambda _, people: people.change(person, password=None))
            return verify(hasher, kept, given)

        monkeypatch.setattr(PasswordHasher, "verify", look)
        assert place.sign_in().status_code == 401

    def test_what_was_mistyped_days_ago_makes_nobody_wait_today(self, harness: Open) -> None:
        place = harness()
        place.person(Role.REVIEWER)
        for _ in range(FREE):
            place.ask("POST", "/login", data={"sign_in": "reviewer", "password": "mistyped once more"})
        place.clock.instant += timedelta(days=2)
        answers = [place.ask("POST", "/login", data={"sign_in": "reviewer", "password": "wrong"}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [401, 401]

    @pytest.mark.slow
    def test_each_try_in_vain_makes_the_next_one_wait_longer_and_never_for_good(self, harness: Open) -> None:
        place = harness()
        place.person(Role.REVIEWER)
        for name in ("reviewer", "nobody"):
            for _ in range(5):
                assert place.ask("POST", "/login", data={"sign_in": name, "password": "wrong"}).status_code == 401
            refused = place.ask("POST", "/login", data={"sign_in": name, "password": PASSWORD})
            assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
            assert f'value="{name}"' in refused.text
        place.clock.instant += timedelta(seconds=1)
        assert place.sign_in().status_code == 303

    def test_signing_in_gives_a_new_secret_and_ends_the_one_before(self, harness: Open) -> None:
        place = harness()
        first = place.sign_in().headers["Set-Cookie"].partition(";")[0]
        assert first != place.sign_in().headers["Set-Cookie"].partition(";")[0]
        fresh = place.app.test_client(use_cookies=False)
        assert fresh.get("/office", headers={"Cookie": first}).status_code == 401

    @pytest.mark.slow
    def test_a_new_password_ends_other_sessions_and_keeps_this_one(self, harness: Open) -> None:
        place = harness()
        other = place.app.test_client()
        place.sign_in()
        elsewhere = other.post("/login", data={"sign_in": "reviewer", "password": PASSWORD})
        assert elsewhere.status_code == 303
        form = {"csrf": place.form_key(), "present": PASSWORD, "password": NEW, "again": NEW}
        for field, wrong in (("present", "x"), ("again", "y"), ("password", "short")):
            answer = place.ask("POST", "/account/password", data=form | {field: wrong})
            assert (answer.status_code, f'id="{field}-mistake"' in answer.text) == (422, True)
            assert NEW not in answer.text
        assert place.ask("POST", "/account/password", data=form).status_code == 303
        assert place.ask("GET", "/office").status_code == 200
        assert other.get("/office").status_code == 401
        assert place.ask("POST", "/login", data={"sign_in": "reviewer", "password": PASSWORD}).status_code == 401


class TestLinks:
    def test_the_answer_of_a_forgotten_password_does_not_tell_who_there_is(self, harness: Open) -> None:
        place = harness(rules=Rules("https://huiying.example.org"))
        place.person(Role.REVIEWER, email="wang@example.org")
        known = place.ask("POST", "/forgot", data={"sign_in": "reviewer", "wanted": "password"})
        unknown = place.ask("POST", "/forgot", data={"sign_in": "nobody", "wanted": "password"})
        assert (known.status_code, known.text) == (200, unknown.text)
        (letter,) = place.letters
        assert (letter.about, letter.email) == ("recovery", "wang@example.org")
        assert letter.link.startswith("https://huiying.example.org/recovery?key="), "never the address that the asker named"
        assert "recovery?key" not in repr(letter)

    @pytest.mark.parametrize(("purpose", "path"), [(Purpose.INVITATION, "/invitation"), (Purpose.RECOVERY, "/recovery")])
    def test_a_link_for_a_password_works_once_and_not_for_long(self, harness: Open, purpose: Purpose, path: str) -> None:
        place = harness()
        person = place.person()
        key = place.link(purpose, person)
        for _ in range(2):
            assert place.ask("GET", f"{path}?key={key}").status_code == 200, "opening it does not use it up"
        form = {"key": key, "password": NEW, "again": NEW}
        assert place.ask("POST", path, data=form | {"again": "z"}).status_code == 422
        assert place.ask("POST", path, data=form).status_code == 303
        assert place.ask("POST", path, data=form).status_code == 404
        late = place.link(purpose, person)
        place.clock.instant += LASTS[purpose]
        assert place.ask("GET", f"{path}?key={late}").status_code == 404
        assert place.ask("POST", path, data=form | {"key": late}).status_code == 404

    def test_a_link_serves_its_own_purpose_only(self, harness: Open) -> None:
        place = harness()
        key = place.link(Purpose.SIGN_IN, place.person())
        assert place.ask("POST", "/recovery", data={"key": key, "password": NEW, "again": NEW}).status_code == 404
        assert place.ask("POST", "/login/link", data={"key": key}).status_code == 303
        assert place.ask("POST", "/login/link", data={"key": key}).status_code == 404

    def test_the_store_holds_no_link(self, harness: Open) -> None:
        place = harness()
        key = place.link(Purpose.SIGN_IN, place.person())
        place.database.close()
        assert key.encode() not in Path(str(place.database.url.database)).read_bytes()

    @pytest.mark.parametrize("path", ["/login", "/login/code", "/login/link", "/forgot", "/invitation", "/recovery"])
    def test_another_site_can_send_none_of_these_forms(self, harness: Open, path: str) -> None:
        assert harness().ask("POST", path, data={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


class TestSecondFactor:
    @pytest.mark.slow
    def test_a_password_is_not_enough_and_a_code_works_once(self, harness: Open) -> None:
        place = harness()
        with_second(place)
        assert enter(place, first_step(place), code(place)).status_code == 401, "it was used to set the factor up"
        step, fresh = first_step(place), code(place, 30)
        assert enter(place, step, "000000").status_code == 401
        assert enter(place, step, fresh).headers["Location"] == "/office"
        assert enter(place, first_step(place), fresh).status_code == 401
        assert enter(place, step, code(place, 60)).status_code == 401, "the step is used up"

    def test_a_link_does_not_go_past_it(self, harness: Open) -> None:
        place = harness()
        key = place.link(Purpose.SIGN_IN, with_second(place))
        answer = place.ask("POST", "/login/link", data={"key": key})
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)

    @pytest.mark.slow
    def test_guessing_codes_is_slowed_down(self, harness: Open) -> None:
        place = harness()
        with_second(place)
        step = first_step(place)
        assert [enter(place, step, f"{number:06}").status_code for number in range(6)] == [401] * 5 + [429]

    @pytest.mark.slow
    def test_it_is_set_up_and_removed_with_the_password_and_codes_on_paper_work_once(self, harness: Open) -> None:
        place = harness()
        place.sign_in()
        page = place.ask("GET", "/account/second-factor").text
        sealed = re.search(r'name="sealed" value="([^"]+)"', page)
        spelled = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
        assert sealed
        assert spelled
        shown = pyotp.TOTP(spelled[1].replace(" ", "")).at(int(place.clock.now().timestamp()))
        form = {"csrf": place.form_key(), "sealed": sealed[1], "code": shown, "present": PASSWORD}
        assert place.ask("POST", "/account/second-factor", data=form | {"present": "x"}).status_code == 422
        assert place.ask("POST", "/account/second-factor", data=form | {"code": "000000"}).status_code == 422
        assert place.ask("POST", "/account/second-factor", data=form | {"sealed": "x"}).status_code == 422
        done = place.ask("POST", "/account/second-factor", data=form)
        assert done.status_code == 200
        paper = re.findall(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</code>", done.text)
        assert len(set(paper)) == 10
        assert enter(place, first_step(place), paper[0].lower()).status_code == 303
        assert enter(place, first_step(place), paper[0]).status_code == 401
        key = place.form_key()
        assert place.ask("POST", "/account/second-factor/remove", data={"csrf": key, "present": PASSWORD}).status_code == 303
        assert place.sign_in().status_code == 303

    @pytest.mark.slow
    def test_a_role_that_needs_one_opens_nothing_before_it_is_set_up(self, harness: Open) -> None:
        place = harness(rules=Rules(needs_second=frozenset({Role.REVIEWER})))
        assert place.sign_in().headers["Location"] == "/account/second-factor"
        assert place.ask("GET", "/office").status_code == 403
        assert place.ask("GET", "/account/second-factor").status_code == 200
        assert place.sign_in(Role.SUPERVISOR).headers["Location"] == "/office"
        managing.grant(place.service.accounts, place.person(Role.SUPERVISOR), NewGrant("reviewer"))
        assert place.ask("GET", "/office").status_code == 401, "a session from before the grant is no way around it"
