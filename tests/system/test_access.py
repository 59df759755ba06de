"""Who gets in, how often, and what is left of it, on a system that counts this very machine too."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import requests

from tests.system.conftest import LIMIT
from tests.system.opinions import OPINION, submit_many
from tests.system.place import API, eventually

AT_ONCE = 2 * LIMIT


def test_a_stranger_is_told_when_to_come_back_and_staff_are_not_counted(strict):
    place = strict.place()
    before, taken = len(list(place.pages("/opinions"))), submit_many(place, 2 * AT_ONCE).count(201)
    assert taken >= AT_ONCE
    # On a busy machine another one has been allowed meanwhile.
    while (refused := place.ask("POST", f"{API}/opinions", json=OPINION)).status_code == 201:
        taken += 1
        assert taken < 4 * AT_ONCE
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many")
    assert 1 <= int(refused.headers["Retry-After"]) <= 2
    assert place.ask("POST", f"{API}/opinions", place.admin_token, json=OPINION).status_code == 201
    assert len(list(place.pages("/opinions"))) == before + taken + 1


def test_guessing_receipts_ends_in_429_and_a_right_one_is_still_answered(strict):
    place = strict.place()
    receipt = place.post("/opinions", OPINION, 201, place.admin_token)["links"]["receipt"]
    statuses = [place.ask("GET", f"{API}/receipts/00000000000{number:03}").status_code for number in range(60)]
    assert (statuses[0], statuses[-1], set(statuses)) == (404, 429, {404, 429})
    assert place.ask("GET", receipt).status_code == 200


def test_a_token_that_has_ended_is_refused_with_the_reason(strict):
    place, made = strict.place(), strict.token("--role", "reviewer", "--days", "1")
    assert place.ask("GET", f"{API}/opinions", made["token"]).status_code == 200
    listed = {row["id"]: row for row in json.loads(strict.run("token", "list", "--json"))}
    assert listed[made["id"]]["used"] >= listed[made["id"]]["created"]
    strict.run("token", "revoke", made["id"])
    problem = eventually(lambda: place.ask("GET", f"{API}/opinions", made["token"]).json().get("detail"))
    assert "revoked" in problem


def test_a_person_signs_in_looks_round_and_signs_out(strict):
    place, password = strict.place(), "一只灰喜鹊停在窗台上看雨落下来"
    invited = json.loads(strict.run("account", "invite", "zhang.wei", "--name", "张伟", "--role", "supervisor", "--json"))
    key = parse_qs(urlsplit(invited["link"]).query)["key"][0]
    with requests.Session() as browser:
        browser.trust_env = False
        assert browser.get(f"{place.url}/office").status_code == 401
        chosen = browser.post(f"{place.url}/invitation", data={"key": key, "password": password, "again": password})
        assert (chosen.status_code, chosen.url) == (200, f"{place.url}/office")
        browser.cookies.clear()
        wrong = browser.post(f"{place.url}/login", data={"sign_in": "zhang.wei", "password": password[:-1], "to": "/office"})
        assert (wrong.status_code, password in wrong.text) == (401, False)
        desk = browser.post(f"{place.url}/login", data={"sign_in": "zhang.wei", "password": password, "to": "/office"})
        assert (desk.status_code, desk.url) == (200, f"{place.url}/office")
        assert "督办人员" in desk.text
        assert "张伟" in desk.text
        assert browser.get(f"{place.url}{API}/opinions").status_code == 401, "the API takes no cookie"
        assert browser.post(f"{place.url}/logout").status_code == 403
        form_key = re.search(r'name="csrf" value="(\w+)"', desk.text)[1]
        assert browser.post(f"{place.url}/logout", data={"csrf": form_key}).url == f"{place.url}/login"
        assert browser.get(f"{place.url}/office").status_code == 401


def test_an_account_is_managed_by_command(strict):
    def account(*arguments):
        return json.loads(strict.run("account", *arguments, "--json"))

    account("invite", "li.na", "--name", "李娜", "--role", "department", "--department", "water")
    granted = account("grant", "li.na", "--role", "reviewer")
    assert [(grant["role"], grant["department"]) for grant in granted["grants"]] == [("department", "water"), ("reviewer", None)]
    left = account("end-grant", "li.na", granted["grants"][0]["id"])
    assert [grant["role"] for grant in left["grants"]] == ["reviewer"]
    assert account("rename", "li.na", "李娜娜")["name"] == "李娜娜"
    assert account("suspend", "li.na")["state"] == "suspended"
    assert account("resume", "li.na")["state"] == "invited"
    assert "/invitation?key=" in account("reset", "li.na")["link"]
    assert account("sign-out", "li.na")["name"] == "李娜娜"
    erased = account("erase", "li.na")
    assert (erased["state"], erased["sign_in"], "李娜" in str(erased)) == ("erased", None, False)
    assert erased["id"] in {each["id"] for each in account("list")}


def test_who_saw_an_opinion_is_known(strict):
    place, made = strict.place(), strict.token("--role", "reviewer")
    opinion = place.post(
        "/opinions", {**OPINION, "submitter": {"kind": "citizen", "phone": "0572-1234567"}}, 201, place.admin_token
    )
    assert place.ask("GET", f"{API}/opinions/{opinion['id']}", made["token"]).status_code == 200

    def seen():
        return json.loads(strict.run("audit", "--subject", opinion["id"], "--json"))

    lines = eventually(lambda: (found := seen()) and all(line["status"] for line in found) and found)
    assert [(line["role"], line["method"], line["status"]) for line in lines] == [("admin", "POST", 201), ("reviewer", "GET", 200)]
    assert lines[1]["token"] == made["id"]
    assert "1234567" not in str(lines)
