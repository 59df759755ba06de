from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import pytest

from services.contracts.errors import TooMany
from services.contracts.people.callers import Role
from services.intake.app.limits import STATIONS, SUBMISSIONS, limits_of
from services.intake.settings import Settings
from services.runtime.settings import ProcessSettings, SettingsInvalid, load
from services.runtime.web.access.throttle import STORM, Allowance, Limiter, Throttle, client_address
from tests.unit.runtime.harness import NEIGHBOUR, RIGHT, STRANGER, Ticking, WebHarness

Open = Callable[..., WebHarness]
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1"))
PROXY = (ip_network("10.9.0.0/24"),)


class TestLimiter:
    def test_twice_a_minute_s_worth_may_come_at_once_and_then_one_at_a_time(self) -> None:
        clock = Ticking()
        limiter = Limiter(30, clock)
        assert [limiter.take("a") for _ in range(60)] == [0.0] * 60
        assert limiter.take("a") == pytest.approx(2.0)
        clock.moment += 1.0
        assert limiter.take("a") == pytest.approx(1.0)
        clock.moment += 1.0
        assert limiter.take("a") == 0.0
        assert limiter.take("a") > 0.0

    def test_a_minute_later_there_is_a_minute_s_worth_again_and_never_more_than_the_burst(self) -> None:
        clock = Ticking()
        limiter = Limiter(30, clock)
        for _ in range(60):
            limiter.take("a")
        clock.moment += 60.0
        assert sum(limiter.take("a") == 0.0 for _ in range(100)) == 30
        clock.moment += 86_400.0
        assert sum(limiter.take("a") == 0.0 for _ in range(100)) == 60

    def test_whoever_is_refused_is_not_kept_out_for_longer_by_trying_again(self) -> None:
        clock = Ticking()
        limiter = Limiter(60, clock)
        for _ in range(120):
            limiter.take("a")
        waits = [limiter.take("a") for _ in range(50)]
        assert waits == [pytest.approx(1.0)] * 50

    def test_one_key_does_not_pay_for_another_and_waiting_costs_nothing(self) -> None:
        limiter = Limiter(1, Ticking())
        assert [limiter.wait("a") for _ in range(9)] == [0.0] * 9
        assert [limiter.take("a") > 0 for _ in range(3)] == [False, False, True]
        assert limiter.take("b") == 0.0

    def test_memory_is_bounded_and_the_quiet_are_forgotten_first(self) -> None:
        limiter = Limiter(1, Ticking(), most=100)
        for _ in range(2):
            limiter.take("loud")
        for number in range(1000):
            limiter.take(str(number))
            assert limiter.take("loud") > 0.0
        assert len(limiter._buckets) == 100

    def test_none_a_minute_is_no_limit(self) -> None:
        limiter = Limiter(0, Ticking())
        assert {limiter.take("a") for _ in range(10_000)} == {0.0}


class TestAddress:
    @pytest.mark.parametrize(("peer", "forwarded", "address"), [
        (STRANGER, None, STRANGER),
        (STRANGER, "198.51.100.1", STRANGER),                        # nobody trusts a stranger's word
        ("10.9.0.5", "198.51.100.1", "198.51.100.1"),
        ("10.9.0.5", "6.6.6.6, 198.51.100.1", "198.51.100.1"),       # what the client wrote itself is further left
        ("10.9.0.5", "198.51.100.1, 10.9.0.6", "198.51.100.1"),      # two proxies, one behind the other
        ("10.9.0.5", "10.9.0.7, 10.9.0.6", "10.9.0.7"),
        ("10.9.0.5", "not an address", "10.9.0.5"),
        ("10.9.0.5", "", "10.9.0.5"),
        ("::ffff:10.9.0.5", "2001:db8::1", "2001:db8::1"),
    ])  # fmt: skip
    def test_only_a_trusted_proxy_speaks_for_others(self, peer: str, forwarded: str | None, address: str) -> None:
        assert str(client_address(peer, forwarded, PROXY)) == address

    @pytest.mark.parametrize("peer", [None, "", "unix:"])
    def test_a_peer_without_an_address_counts_as_nobody(self, peer: str | None) -> None:
        assert Throttle(Allowance()).key(peer, "198.51.100.1") is None

    def test_a_household_of_ipv6_counts_as_one(self) -> None:
        throttle = Throttle(Allowance())
        assert throttle.key("2001:db8:1:2::3", None) == throttle.key("2001:db8:1:2:aaaa::4", None)
        assert throttle.key("2001:db8:1:2::3", None) != throttle.key("2001:db8:1:3::3", None)

    def test_loopback_is_not_counted_unless_a_proxy_there_speaks_for_others(self) -> None:
        assert Throttle(Allowance(unthrottled=LOOPBACK)).key("127.0.0.1", "198.51.100.1") is None
        assert Throttle(Allowance(unthrottled=LOOPBACK)).key("::1", None) is None
        behind = Throttle(Allowance(unthrottled=LOOPBACK, proxies=LOOPBACK))
        assert behind.key("127.0.0.1", "198.51.100.1") == "198.51.100.1"


class TestSubmissions:
    @pytest.mark.slow
    def test_too_many_from_one_address_are_refused_and_told_when_to_come_back(self, harness: Open) -> None:
        place = harness(submissions=30)
        assert {place.ask("POST", "/api/v1/opinions", json={}).status_code for _ in range(60)} == {201}
        refused = place.ask("POST", "/api/v1/opinions", json={})
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")
        assert refused.content_type == "application/problem+json"
        body = refused.get_json(force=True)
        assert (body["type"], body["status"]) == ("/problems/too-many", 429)
        assert "Retry-After" in body["detail"]
        assert place.ask("POST", "/api/v1/opinions", json={}, peer=NEIGHBOUR).status_code == 201
        place.ticking.moment += 2.0
        assert place.ask("POST", "/api/v1/opinions", json={}).status_code == 201

    @pytest.mark.slow
    def test_the_form_counts_with_the_api_and_shows_a_page(self, harness: Open) -> None:
        place = harness(submissions=1)
        assert place.ask("POST", "/opinions", data={"title": "a"}).status_code == 303
        assert place.ask("POST", "/api/v1/opinions", json={}).status_code == 201
        refused = place.ask("POST", "/opinions", data={"title": "a"})
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
        assert "操作过于频繁" in refused.text

    def test_who_has_a_token_is_not_counted(self, harness: Open) -> None:
        place = harness(submissions=1)
        assert {place.ask("POST", "/api/v1/opinions", json={}, role=Role.REVIEWER).status_code for _ in range(9)} == {201}

    def test_three_thousand_a_minute_from_this_machine_are_all_taken_with_the_limits_that_ship(self, harness: Open) -> None:
        given = load(Settings, "intake", {
            "HUIYING_INTAKE_DATABASE_URL": "x", "HUIYING_ACCESS_DATABASE_URL": "x", "HUIYING_BROKER_URL": "x",
            "HUIYING_CONTACT_KEYS": "x" * 32,
        })  # fmt: skip
        shipped = Allowance.of(given, limits_of(given))
        assert (shipped.a_minute[SUBMISSIONS], shipped.a_minute[STATIONS], shipped.unthrottled) == (30, 300, LOOPBACK)
        throttle = Throttle(shipped, Ticking())
        for _ in range(3000):
            throttle.count(SUBMISSIONS, throttle.key("127.0.0.1", None))

    def test_a_station_has_a_limit_of_its_own_over_all_addresses(self, harness: Open) -> None:
        place = harness(submissions=100, station_submissions=2)

        def submit(number: int, station: str, **form: Any) -> int:
            body: dict[str, Any] = {"data": {"station": station}} if form else {"json": {"station": station}}
            return place.ask("POST", "/opinions" if form else "/api/v1/opinions", peer=f"203.0.113.{number}", **body).status_code

        assert [submit(number, "east") for number in range(3)] == [201] * 3
        assert submit(4, "east", form=True) == 303
        assert [submit(5, "east"), submit(6, "east", form=True), submit(7, "west")] == [429, 429, 201]


class TestReceipts:
    @pytest.mark.slow
    @pytest.mark.parametrize("path", ["/api/v1/receipts/", "/receipts/"])
    def test_wrong_receipts_are_refused_after_a_while_and_right_ones_never(self, harness: Open, path: str) -> None:
        place = harness(wrong_receipts=20)
        assert {place.ask("GET", path + RIGHT).status_code for _ in range(300)} == {200}
        assert {place.ask("GET", f"{path}W{number}").status_code for number in range(40)} == {404}
        refused = place.ask("GET", f"{path}WRONG")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3")
        assert place.ask("GET", path + RIGHT).status_code == 200
        assert place.ask("GET", f"{path}WRONG", peer=NEIGHBOUR).status_code == 404

    def test_a_machine_that_guesses_learns_nothing_any_more(self, harness: Open) -> None:
        place = harness(wrong_receipts=1)
        for number in range(2 * STORM):
            place.ask("GET", f"/api/v1/receipts/W{number}")
        answers = {place.ask("GET", f"/api/v1/receipts/{text}").get_data() for text in ("WRONG", RIGHT)}
        assert len({answer.replace(RIGHT.encode(), b"WRONG") for answer in answers}) == 1
        place.ticking.moment += 6.0
        assert place.ask("GET", f"/api/v1/receipts/{RIGHT}").status_code == 200


class TestTokens:
    def test_wrong_tokens_are_refused_after_a_while_and_right_ones_never(self, harness: Open) -> None:
        place = harness(wrong_sign_ins=5)
        wrong: dict[str, Any] = {"headers": {"Authorization": "Bearer hy_wrong"}}
        assert {place.ask("GET", "/api/v1/opinions", **wrong).status_code for _ in range(10)} == {401}
        assert place.ask("GET", "/api/v1/opinions", **wrong).status_code == 429
        assert place.ask("GET", "/api/v1/opinions", role=Role.ADMIN).status_code == 200

    @pytest.mark.slow
    def test_wrong_passwords_are_throttled_and_a_right_one_is_not(self, harness: Open) -> None:
        place = harness(sign_ins=5)
        wrong = [{"sign_in": f"somebody{number}", "password": "wrong"} for number in range(11)]
        assert {place.ask("POST", "/login", data=each).status_code for each in wrong[1:]} == {401}
        refused = place.ask("POST", "/login", data=wrong[0])
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "12")
        assert place.sign_in().status_code == 303


class TestWork:
    def test_work_counts_by_its_cost_and_not_for_who_has_a_token(self, harness: Open) -> None:
        place = harness(work=60)
        assert {place.ask("GET", "/api/v1/sums").status_code for _ in range(6)} == {200}
        refused = place.ask("GET", "/api/v1/sums")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
        assert place.ask("GET", "/api/v1/sums", peer=NEIGHBOUR).status_code == 200
        assert place.ask("GET", "/api/v1/sums", peer="127.0.0.1").status_code == 200
        assert {place.ask("GET", "/api/v1/sums", role=Role.SCRAPER).status_code for _ in range(9)} == {200}
        place.ticking.moment += 1.0
        assert place.ask("GET", "/api/v1/sums").status_code == 200

    def test_an_answer_tells_what_is_left_of_each_limit(self, harness: Open) -> None:
        place = harness(work=30, submissions=5)
        answer = place.ask("POST", "/api/v1/opinions", json={})
        assert answer.headers["RateLimit-Policy"] == '"submissions";q=10;w=120'
        assert answer.headers["RateLimit"] == '"submissions";r=9;t=12'
        last = [place.ask("POST", "/api/v1/opinions", json={}) for _ in range(10)][-1]
        assert (last.status_code, last.headers["RateLimit"]) == (429, '"submissions";r=0;t=120')
        place.ticking.moment += 12.0
        assert place.ask("GET", "/api/v1/sums").headers["RateLimit-Policy"] == '"work";q=60;w=120'
        assert "RateLimit" not in place.ask("POST", "/api/v1/opinions", role=Role.ADMIN, json={}).headers
        free = harness(submissions=5, unthrottled=(ip_network("198.51.100.0/24"),))
        assert "RateLimit" not in free.ask("POST", "/api/v1/opinions", peer="198.51.100.7", json={}).headers

    def test_a_body_is_work_by_its_size(self, harness: Open) -> None:
        place = harness(work=6)
        body = {"text": "x" * 650_000}
        assert [place.ask("POST", "/api/v1/opinions", json=body).status_code for _ in range(3)] == [201, 201, 429]

    def test_a_view_charges_for_what_it_finds_in_a_request(self, harness: Open) -> None:
        place = harness(work=10)
        assert [place.ask("POST", "/api/v1/pictures").status_code for _ in range(3)] == [200, 429, 429]
        assert place.ask("POST", "/api/v1/pictures", role=Role.ADMIN).status_code == 200


def test_a_refusal_says_how_many_whole_seconds_to_wait() -> None:
    throttle = Throttle(Allowance({SUBMISSIONS: 7}), Ticking())
    for _ in range(14):
        throttle.count(SUBMISSIONS, "a")
    with pytest.raises(TooMany) as caught:
        throttle.count(SUBMISSIONS, "a")
    assert caught.value.seconds == 9


@pytest.mark.parametrize(("text", "networks"), [
    ("none", ()), ("10.1.0.0/16, ::1", ("10.1.0.0/16", "::1/128")), ("192.0.2.1", ("192.0.2.1/32",)),
])  # fmt: skip
def test_networks_are_listed_in_a_setting(text: str, networks: tuple[str, ...]) -> None:
    known = dict.fromkeys(("HUIYING_DEMO_DATABASE_URL", "HUIYING_ACCESS_DATABASE_URL", "HUIYING_BROKER_URL"), "x")
    assert load(ProcessSettings, "demo", known | {"HUIYING_UNTHROTTLED": text}).unthrottled == networks
    with pytest.raises(SettingsInvalid, match="HUIYING_TRUSTED_PROXIES"):
        load(ProcessSettings, "demo", known | {"HUIYING_TRUSTED_PROXIES": "10.1.0.0/16 gateway"})
