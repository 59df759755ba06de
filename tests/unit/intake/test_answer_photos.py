"""Photos of a department's answer: who adds them until when, and who sees them from when on."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from services.contracts.messages.assignments import AssignmentAdvised, AssignmentAmended, AssignmentDrafted
from services.contracts.messages.opinions import LetterErased
from services.intake.domain.attaching import MOST_OF_ANSWER, Photo
from services.intake.store import reading
from services.intake.store.answering import AnswerPhotoStore, answer_photos
from tests.unit.intake.harness import DUE, Routing
from tests.unit.intake.pictures import PLANTED, SVG, photo

#: Who handles the case of water beside it, and whose photos are seen before anybody has answered.
BESIDE = {"roads": "separate", "petitions": "co_handler", "school": "separate"}
SEEN = {
    "reviewer": {"water", "roads", "petitions"}, "supervisor": {"water", "roads", "petitions"}, "water": {"water", "petitions"},
    "roads": {"roads"}, "petitions": {"petitions"}, "school": set(),
}  # fmt: skip


@pytest.fixture
def taken(harness):
    return harness.submit()


@pytest.fixture
def routing(harness, taken):
    """Routing, which has given the case to the department."""
    made = Routing(taken.id, harness.clock.now())
    harness.consume(made.created(), made.signed())
    return made


def send(harness, taken, raw, who="water", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()} | {"Authorization": f"Bearer {who}"}
    path = f"/api/v1/opinions/{taken.id}/attachments"
    return harness.client.post(path, data=raw, content_type="image/jpeg", headers=named)


def remove(harness, taken, photo_id, who="water"):
    path = f"/api/v1/opinions/{taken.id}/attachments/{photo_id}"
    return harness.client.delete(path, headers={"Authorization": f"Bearer {who}"})


def seen(harness, taken):
    """The ids of what the holder of the receipt sees, each of which is served."""
    found = [each["id"] for each in harness.get(f"/receipts/{taken.receipt}").get_json()["answer_photos"]]
    assert all(harness.get(f"/receipts/{taken.receipt}/attachments/{each}").status_code == 200 for each in found)
    return found


def kept(harness):
    with harness.database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(answer_photos)).scalar_one()


@pytest.mark.slow
def test_a_photo_is_seen_by_the_submitter_once_the_answer_is_given(harness, taken, routing):
    answer = send(harness, taken, photo())
    assert answer.status_code == 201
    made = answer.get_json()
    assert (made["department"], made["shown"]) == ("water", None)
    path = f"/attachments/{made['id']}"
    assert harness.get(f"/receipts/{taken.receipt}").get_json()["attachments"] == []
    assert seen(harness, taken) == []
    assert harness.get(f"/receipts/{taken.receipt}{path}").status_code == 404
    for who, status in (("water", 200), ("reviewer", 200), ("roads", 404), ("scraper", 403), (None, 401)):
        assert harness.get(f"/opinions/{taken.id}{path}", who).status_code == status
    harness.consume(routing.replied())
    assert seen(harness, taken) == [made["id"]]
    served = harness.get(f"/receipts/{taken.receipt}{path}")
    assert Image.open(BytesIO(served.data)).size == (320, 200)
    assert [mark for mark in PLANTED if mark in served.data] == []
    (listed,) = harness.get(f"/opinions/{taken.id}", "reviewer").get_json()["answer_photos"]
    assert (listed["id"], listed["shown"]) == (made["id"], harness.clock.now().isoformat())
    # It stays with the answer; another round has photos of its own.
    assert remove(harness, taken, made["id"]).status_code == 409
    assert send(harness, taken, photo()).status_code == 409
    harness.consume(routing.reopened())
    again = send(harness, taken, photo()).get_json()["id"]
    assert seen(harness, taken) == [made["id"]]
    harness.consume(routing.replied())
    assert seen(harness, taken) == [made["id"], again]


def test_a_receipt_without_an_answer_asks_for_no_photos_of_one(harness, taken, routing):
    asked = []

    def note(connection, cursor, statement, *rest):
        asked.append("answer_photos" in statement)

    sa.event.listen(harness.database.engine, "before_cursor_execute", note)
    for count in (0, 1):
        asked.clear()
        harness.get(f"/receipts/{taken.receipt}")
        assert (len(asked) > 3, sum(asked)) == (True, count)
        harness.consume(routing.replied())
    sa.event.remove(harness.database.engine, "before_cursor_execute", note)


@pytest.mark.slow
def test_a_message_that_is_heard_twice_or_photos_of_another_department_change_nothing(harness, taken, routing):
    harness.consume(routing.beside("roads", "separate"), routing.beside("petitions", "joint", "a-3"))
    ids = {who: send(harness, taken, photo(), who).get_json()["id"] for who in ("water", "roads", "petitions")}
    reply = routing.replied()
    harness.consume(reply, reply)
    assert seen(harness, taken) == [ids["water"]]
    # Who answers apart may do so later; what only the lead reads shows nothing.
    later = send(harness, taken, photo(), "roads").get_json()["id"]
    for who, role, assignment in (("petitions", "co_handler", "a-3"), ("roads", "separate", "a-2")):
        harness.consume(routing.says(AssignmentAdvised(assignment, who, "water", role, "已办。", DUE, True)))
    assert set(seen(harness, taken)) == {ids["water"], ids["roads"], later}


@pytest.mark.slow
def test_departments_see_photos_of_others_only_once_they_have_answered(harness, taken, routing):
    harness.consume(*(routing.beside(who, role, f"a-{who}") for who, role in BESIDE.items()))
    of = ("water", "roads", "petitions")
    with harness.database.transaction() as work:
        for department in of:
            AnswerPhotoStore(work).add(taken.id, department, f"of-{department}", Photo("image/png", b"pixels", ""))

    def seen_by(who):
        listed = {each["department"] for each in harness.get(f"/opinions/{taken.id}", who).get_json()["answer_photos"]}
        page = harness.client.get(f"/cases/{taken.id}", headers={"Authorization": f"Bearer {who}"}).text
        path = f"/opinions/{taken.id}/attachments/of-"
        assert {each for each in of if harness.get(f"{path}{each}", who).status_code == 200} == listed
        assert {each for each in of if f"/photos/of-{each}" in page} == listed
        return listed

    assert {who: seen_by(who) for who in SEEN} == SEEN
    harness.consume(routing.replied())
    assert {who: seen_by(who) for who in SEEN} == {who: whose | {"water"} for who, whose in SEEN.items()}


def test_who_only_gives_the_lead_its_opinion_has_no_answer_to_add_photos_to(harness, taken, routing):
    harness.consume(routing.beside("petitions", "co_handler"))
    refused = send(harness, taken, photo(), "petitions")
    assert (refused.status_code, "co-handler" in refused.get_json()["detail"], kept(harness)) == (409, True, 0)
    page = harness.client.get(f"/cases/{taken.id}/photos", headers={"Authorization": "Bearer petitions", "Accept-Language": "zh"})
    assert ("协办意见" in page.text, "data-photos" in page.text) == (True, False)
    # It may answer for a part of its own beside that.
    harness.consume(routing.beside("petitions", "separate", "a-3"))
    assert send(harness, taken, photo(), "petitions").status_code == 201


def test_what_the_head_decides_on_stays_as_it_was_sent_for_approval(harness, taken, routing):
    harness.consume(routing.beside("roads", "separate"))
    address = f"/cases/{taken.id}/photos"
    first = send(harness, taken, photo()).get_json()["id"]
    harness.consume(routing.says(AssignmentDrafted("a-1", "water")))
    assert "退回修改" in harness.client.get(address, headers={"Authorization": "Bearer water", "Accept-Language": "zh"}).text
    assert send(harness, taken, photo()).status_code == 409
    assert "sent back before" in remove(harness, taken, first).get_json()["detail"]
    # Who answers for its own part has no head to ask.
    assert send(harness, taken, photo(), "roads").status_code == 201
    harness.consume(routing.says(AssignmentAmended("a-1", "water", "请换一张照片。")))
    assert send(harness, taken, photo()).status_code == 201
    assert remove(harness, taken, first).status_code == 200


def test_a_late_message_shows_what_had_come_by_its_answer_and_nothing_of_the_next(harness, taken, routing):
    ids = [send(harness, taken, photo()).get_json()["id"]]
    late, again = routing.replied(), routing.reopened()
    harness.consume(again)
    # A clock that is a little behind, and the next round.
    for since in (timedelta(seconds=10), again.time - late.time):
        harness.clock.instant = late.time + since
        ids.append(send(harness, taken, photo()).get_json()["id"])
    harness.consume(late)
    assert seen(harness, taken) == ids[:2]
    harness.consume(routing.replied())
    assert seen(harness, taken) == ids


@pytest.mark.slow
def test_a_department_takes_back_its_own_and_has_room_for_some(harness, taken, routing):
    keys = [f"{number:022}" for number in range(MOST_OF_ANSWER)]
    ids = [send(harness, taken, photo(), Idempotency_Key=key).get_json()["id"] for key in keys]
    assert send(harness, taken, photo()).status_code == 409
    assert send(harness, taken, photo(), Idempotency_Key=keys[0]).get_json()["id"] == ids[0]
    assert kept(harness) == MOST_OF_ANSWER
    for who, status in (("roads", 404), ("reviewer", 403), ("water", 200), ("water", 404)):
        assert remove(harness, taken, ids[0], who).status_code == status
    assert send(harness, taken, photo()).status_code == 201


@pytest.mark.parametrize(("raw", "who", "status"), [
    (SVG, "water", 415), (b"", "water", 415), (photo()[:600], "water", 422), (photo(), "roads", 404), (photo(), "reviewer", 403),
])  # fmt: skip
def test_what_is_no_photo_or_not_theirs_is_refused(harness, taken, routing, raw, who, status):
    assert send(harness, taken, raw, who).status_code == status
    assert kept(harness) == 0


def test_a_photo_for_an_older_version_of_the_case_is_refused(harness, taken, routing):
    version = harness.get(f"/opinions/{taken.id}", "water").headers["ETag"]
    assert send(harness, taken, photo(), If_Match='"5f"').status_code == 412
    assert kept(harness) == 0
    assert send(harness, taken, photo(), If_Match=version).status_code == 201


def test_they_are_erased_with_the_words_of_the_case(harness, taken, routing):
    harness.keep_accounts()
    send(harness, taken, photo())
    harness.consume(routing.replied(), routing.concluded())
    assert harness.post(f"/opinions/{taken.id}/erasure", {"content": True}, "admin").status_code == 200
    assert kept(harness) == 0


def test_what_was_added_after_an_erasure_is_erased_by_the_next_which_says_nothing_again(harness, taken, routing):
    harness.keep_accounts()
    for content in (True, False):
        send(harness, taken, photo())
        erased = harness.post(f"/opinions/{taken.id}/erasure", {"content": True}, "admin").get_json()
        assert (erased["content"], kept(harness)) == (content, 0)
    assert [each["what"] for each in harness.timeline(taken.id)].count("opinion.erased") == 1
    # One for each queue that keeps words of it.
    assert len([each for each in harness.private() if isinstance(each.data, LetterErased)]) == len(LetterErased.PRIVATE_TO)


def test_the_page_unseals_nobody(harness, taken, routing, monkeypatch):
    assert "submitter" in harness.get(f"/opinions/{taken.id}", "water").get_json()
    for name in ("find_persons", "cosigners_of"):
        monkeypatch.setattr(reading, name, None)
    assert harness.client.get(f"/cases/{taken.id}/photos", headers={"Authorization": "Bearer water"}).status_code == 200


@pytest.mark.slow
def test_the_department_does_it_in_the_browser(harness, taken, routing):
    address, headers = f"/cases/{taken.id}/photos", {"Authorization": "Bearer water", "Accept-Language": "zh"}

    def ask(path, *raws):
        if raws:
            boundary, body = encode_multipart({"photos": [FileStorage(BytesIO(raw), "照片.jpg") for raw in raws], "key": key})
            return harness.client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}", headers=headers)
        return harness.client.get(path, headers=headers)

    key = re.search(r'name="key" value="([^"]+)"', ask(address).text)[1]
    wrong = ask(address, SVG)
    assert (wrong.status_code, 'id="photos-mistake"' in wrong.text) == (422, True)
    # A second press of the same form.
    for _ in range(2):
        assert ask(address, photo(), photo()).headers["Location"] == address
    first, second = re.findall(rf'<img src="({address}/[^"]+)"', ask(address).text)
    assert ask(first).mimetype == "image/jpeg"
    assert ask(f"{first}/remove").headers["Location"] == address
    form = {"headers": headers, "content_type": "application/x-www-form-urlencoded"}
    # A second press of it, too.
    for _ in range(2):
        assert harness.client.post(f"{first}/remove", **form).headers["Location"] == address
    assert "随答复发出" in ask(f"/cases/{taken.id}").text
    harness.consume(routing.replied())
    late = harness.client.post(f"{second}/remove", **form)
    assert (late.status_code, "未作改动" in late.text, second in late.text) == (409, True, True)
    key = re.search(r'name="key" value="([^"]+)"', wrong.text)[1]
    late = ask(address, photo("PNG"))
    assert (late.status_code, "未作改动" in late.text) == (409, True)
    page = harness.client.get(f"/receipts/{taken.receipt}", headers={"Accept-Language": "zh"}).text
    assert re.search(r'办结照片</h2>\s*<ul class="photos">', page)
