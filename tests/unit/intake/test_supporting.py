"""附议: who supports a public opinion is counted once, told of the reply, named to nobody, and forgotten with the case."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from services.contracts.messages.opinions import OpinionSupported
from services.intake.__main__ import TextReader
from services.intake.app.limits import SUPPORTS
from services.intake.app.routes import ROUTES
from services.intake.handlers.erasing import erase
from services.intake.handlers.merging import merge, unmerge
from services.intake.handlers.resending import resend
from services.intake.handlers.sessions.telling import VisitorLetters
from services.intake.pages.publication.supporting import COOKIE
from services.intake.pages.routes import PAGES
from services.intake.store import contacts
from services.intake.store.sessions.sessions import KnownSessions
from services.intake.store.tables import supporters
from services.intake.store.writing import IntakeStore
from services.runtime.store.vault import Vault
from tests.unit.intake.harness import KEY
from tests.unit.intake.test_publishing import release, told

PHONE, MAIL = "13800000001", "li@example.org"
NEWER = "a-newer-key-for-tests-as-long-as-a-key-has-to-be"


@pytest.fixture
def case(harness):
    """A public opinion that a department handles, and what routing says of it."""
    taken, routing = told(harness, title="路灯不亮", content="东街的路灯坏了。")
    assert release(harness, taken.id).status_code == 200
    return taken.id, routing


def support(harness, opinion, contact=None, **headers):
    return harness.post(f"/public/opinions/{opinion}/support", {"contact": contact} if contact else {}, **headers)


def press(harness, opinion, key="k" * 22, cookie=None, **fields):
    """Send the form of the page with a browser of its own, or with that which got `cookie`."""
    client = harness.app.test_client()
    if cookie:
        client.set_cookie(COOKIE, cookie, path="/public/opinions")
    return client.post(f"/public/opinions/{opinion}/support", data={"key": key, **fields})


def numbers(harness, opinion):
    return [event.data.supporters for event in harness.said(opinion) if isinstance(event.data, OpinionSupported)]


def about(harness, opinion):
    return [(letter.about, letter.email or letter.phone, letter.title) for letter in harness.letters()][-2:]


def test_a_supporter_gets_a_receipt_is_counted_everywhere_and_told_of_the_reply(harness, case):
    opinion, routing = case
    answer = support(harness, opinion, PHONE)
    assert answer.status_code == 201, answer.text
    made = answer.get_json()
    assert (made["id"], made["supporters"]) == (opinion, 1)
    assert answer.headers["Location"] == made["links"]["receipt"]
    assert harness.get(f"/public/opinions/{opinion}").get_json()["supporters"] == 1
    assert harness.get(f"/opinions/{opinion}", "reviewer").get_json()["supporters"] == 1
    assert "1 人附议" in harness.client.get(f"/public/opinions/{opinion}", headers={"Accept-Language": "zh"}).text
    assert "1 人附议" in harness.client.get("/public", headers={"Accept-Language": "zh"}).text
    assert harness.said(opinion)[-1].data == OpinionSupported(1, "given", "water", None)
    assert about(harness, opinion)[-1] == ("supported", PHONE, "路灯不亮")
    harness.consume(routing.replied())
    letter = harness.letters()[-1]
    assert (letter.about, letter.phone, letter.receipt) == ("support_replied", PHONE, made["receipt"])
    assert "evaluate_by" not in letter.facts
    view = harness.client.get(made["links"]["receipt"]).get_json()
    assert view == {
        "id": opinion, "receipt": made["receipt"], "title": "路灯不亮", "state": "replied", "supporters": 1, "public": True,
    }  # fmt: skip


def test_no_page_and_no_message_says_who(harness, case):
    opinion, _ = case
    made = support(harness, opinion, MAIL).get_json()
    harness.post("/receipts/lost", None)
    texts = [harness.client.get(path).text for path in ("/public", f"/public/opinions/{opinion}", made["links"]["page"])]
    texts += [harness.get(path, "admin").text for path in (f"/opinions/{opinion}", "/opinions")]
    texts += [str(row) for row in harness.outbox()]
    with harness.database.reading() as connection:
        texts.append(str(connection.execute(sa.select(supporters)).all()))
    assert not [text for text in texts if MAIL in text]


def test_the_same_form_the_same_browser_and_the_same_contact_count_once(harness, case):
    opinion, _ = case
    first = press(harness, opinion)
    again = press(harness, opinion)
    cookie = first.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    later = press(harness, opinion, key="l" * 22, cookie=cookie, contact=PHONE)
    assert first.status_code == 303
    assert {each.headers["Location"] for each in (first, again, later)} == {first.headers["Location"]}
    assert numbers(harness, opinion) == [1]
    one, other = (support(harness, opinion, MAIL.upper()).get_json(), support(harness, opinion, MAIL).get_json())
    assert (one["supporters"], other["supporters"]) == (2, 2)
    assert one["receipt"] != other["receipt"], "whoever knows a contact must not get its receipt"
    assert [letter.about for letter in harness.letters()].count("supported") == 1
    key = {"Idempotency_Key": "m" * 22}
    assert support(harness, opinion, **key).get_json() == support(harness, opinion, **key).get_json()
    assert numbers(harness, opinion) == [1, 2, 3]


def test_taking_it_back_leaves_nothing(harness, case):
    opinion, _ = case
    made = support(harness, opinion, PHONE).get_json()
    code = made["receipt"].replace("-", "")
    assert harness.client.post(f"/receipts/{code}/support/withdrawal").headers["Location"] == "/public/support/withdrawn"
    assert harness.client.get("/public/support/withdrawn").status_code == 200
    assert numbers(harness, opinion) == [1, 0]
    assert harness.private()[-1].data.receipts == (made["receipt"],)
    with harness.database.reading() as connection:
        assert connection.execute(sa.select(supporters)).all() == []
    assert harness.post(f"/receipts/{code}/support/withdrawal").status_code == 404
    assert harness.client.get(made["links"]["page"]).status_code == 404


@pytest.mark.parametrize(
    ("state", "status"), [("concluded", 409), ("replied", 201), ("paused", 201), ("withdrawn", 404), ("declined", 404)]
)
def test_what_is_over_or_not_public_is_refused_and_said(harness, case, state, status):
    opinion, _ = case
    gone = {"publication": None, "published": None} if status == 404 else {}
    harness.change(opinion, state=state, **gone)
    assert support(harness, opinion).status_code == status
    page = harness.client.get(f"/public/opinions/{opinion}/support", headers={"Accept-Language": "zh"})
    assert page.status_code == (404 if status == 404 else 200)
    assert ("不能" in page.text) is (status != 201)
    sent = press(harness, opinion)
    assert sent.status_code == (303 if status == 201 else status)


def test_a_contact_that_is_none_is_said_beside_the_field_and_kept(harness, case):
    opinion, _ = case
    assert support(harness, opinion, "打给我").get_json()["errors"].keys() == {"contact"}
    page = press(harness, opinion, contact="<script>打给我")
    assert (page.status_code, "contact-mistake" in page.text, "<script>" in page.text) == (422, True, False)
    assert numbers(harness, opinion) == []


def test_another_site_makes_nobody_support_anything(harness, case):
    opinion, _ = case
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 303)):
        answer = harness.client.post(
            f"/public/opinions/{opinion}/support", data={"key": "k" * 22}, headers={"Sec-Fetch-Site": site}
        )
        assert answer.status_code == status
    assert support(harness, opinion, who="water").status_code == 403
    assert numbers(harness, opinion) == [1]


def test_supporting_is_throttled_by_api_and_page():
    counted = {(route.path, SUPPORTS in route.counts) for route in (*ROUTES, *PAGES) if route.path.endswith("/support")}
    posts = {path for path, is_counted in counted if is_counted}
    assert posts == {"/api/v1/public/opinions/<opinion_id>/support", "/public/opinions/<opinion_id>/support"}


def test_supporters_follow_a_merge_there_and_back_and_are_counted_once(harness, case):
    opinion, _ = case
    into, into_routing = told(harness, title="路灯又不亮", content="西街。")
    release(harness, into.id)
    support(harness, opinion, MAIL)
    support(harness, opinion)
    support(harness, into.id, MAIL)
    harness.do(merge, harness.catalogue, opinion, into.id)
    assert harness.row(into.id)["supporters"] == 2, "the same contact in both cases is one person"
    assert [event.data.change for event in harness.said() if isinstance(event.data, OpinionSupported)].count("moved") == 2
    taken = support(harness, opinion).get_json()
    assert (taken["id"], taken["supporters"]) == (into.id, 3)
    assert harness.client.get(f"/public/opinions/{opinion}/support").headers["Location"] == f"/public/opinions/{into.id}/support"
    harness.consume(into_routing.replied())
    assert [letter.email for letter in harness.letters() if letter.about == "support_replied"] == [MAIL]
    harness.do(unmerge, opinion)
    assert (harness.row(opinion)["supporters"], harness.row(into.id)["supporters"]) == (2, 2)


def test_the_timeline_tells_of_some_numbers_not_of_each(harness, case):
    opinion, _ = case
    codes = [support(harness, opinion).get_json()["receipt"].replace("-", "") for _ in range(6)]
    for code in codes[4:]:
        harness.post(f"/receipts/{code}/support/withdrawal")
    support(harness, opinion)
    lines = [line["facts"]["supporters"] for line in harness.timeline(opinion) if line["what"] == OpinionSupported.TYPE]
    assert lines == [1, 2, 5]


def test_erasing_a_case_forgets_its_supporters_and_keeps_their_number(harness, case):
    opinion, _ = case
    for contact in (PHONE, PHONE, MAIL, None):
        support(harness, opinion, contact)
    erased = harness.do(erase, opinion)
    assert erased.persons >= 3
    assert harness.row(opinion)["supporters"] == 3
    with harness.database.reading() as connection:
        rows = connection.execute(sa.select(supporters)).all()
        assert [(row.personal, row.browser, row.who == row.receipt) for row in rows] == [(None, None, True)] * 3
        assert connection.execute(sa.text("SELECT count(*) FROM marks")).scalar() == 0


def test_keys_change_and_a_lost_receipt_is_sent_again_under_the_public_title(harness, case):
    opinion, _ = case
    copy = {"title": "路灯（已处理）", "content": "东街。", "parts": []}
    assert harness.post(f"/publications/{opinion}/release", copy, "reviewer").status_code == 200
    made = support(harness, opinion, PHONE).get_json()
    vault = Vault([NEWER, KEY])
    with harness.database.transaction() as work:
        contacts.reseal(work, vault, [opinion])
    with harness.database.reading() as connection:
        (row,) = connection.execute(sa.select(supporters)).all()
    assert Vault([NEWER]).open(row.personal) == {"phone": PHONE}
    with harness.database.transaction() as work:
        resend(IntakeStore(work, vault), VisitorLetters(KnownSessions(work, vault)), PHONE)
    harness.vault = vault
    letter = harness.letters()[-1]
    assert (letter.about, letter.title, letter.receipt) == ("resent", "路灯（已处理）", made["receipt"])


def test_old_cases_are_found_for_their_supporters_too(harness, case):
    opinion, _ = case
    support(harness, opinion, PHONE)
    harness.do(lambda store: store.forget_persons("nobody"))
    harness.change(opinion, state="concluded", personal=None)
    later = harness.clock.now().replace(year=2030)
    with harness.database.reading() as connection:
        assert contacts.outlived(connection, later, None, 10) == [opinion]
    harness.do(erase, opinion)
    with harness.database.reading() as connection:
        assert contacts.outlived(connection, later, None, 10) == []


def test_what_is_public_and_much_the_same_is_offered_and_nothing_else(harness, case):
    opinion, _ = case
    TextReader(harness.intake).job().run()
    draft = {"title": "路灯不亮", "content": "东街的路灯坏了。"}
    (item,) = harness.post("/public/similar", draft).get_json()["items"]
    assert item == {
        "id": opinion, "title": "路灯不亮", "state": "handling", "supporters": 0, "page": f"/public/opinions/{opinion}",
    }  # fmt: skip
    assert harness.post("/public/similar", {"title": "路灯不亮"}).get_json()["items"] == [item], "by its title alone"
    assert harness.post("/public/similar", {"title": "灯"}).get_json()["items"] == []
    harness.change(opinion, state="concluded")
    assert harness.post("/public/similar", draft).get_json()["items"] == []
