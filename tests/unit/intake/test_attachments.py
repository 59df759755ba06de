"""Photos over HTTP: who may send them until when, who may see them, and how they are served."""

from __future__ import annotations

from io import BytesIO
from threading import BoundedSemaphore

import pytest
from PIL import Image
from structlog.testing import capture_logs

from services.contracts.lifecycle import State
from services.intake.app import attachments
from services.intake.domain.attaching import LARGEST_PHOTO, MOST_PHOTOS
from services.intake.gateway import photos
from services.intake.gateway.photos import work_of
from tests.unit.intake.harness import Routing
from tests.unit.intake.opinions import FORM
from tests.unit.intake.pictures import PLANTED, SVG, bomb, drawing, photo, polyglot, saved


@pytest.fixture
def taken(harness):
    return harness.submit()


def send(harness, receipt, raw, content_type="image/jpeg", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return harness.client.post(f"/api/v1/receipts/{receipt}/attachments", data=raw, content_type=content_type, headers=named)


def send_form(harness, receipt, **parts):
    return harness.client.post(f"/api/v1/receipts/{receipt}/attachments", data=parts, content_type="multipart/form-data")


def listed(harness, receipt):
    return harness.get(f"/receipts/{receipt}").get_json()["attachments"]


def problem(answer, status):
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    return answer.get_json()


def test_a_photo_is_kept_listed_and_served_without_what_the_camera_noted(harness, taken):
    answer = send(harness, taken.receipt, photo())
    assert answer.status_code == 201
    kept = answer.get_json()
    assert (kept["type"], kept["at"], set(kept)) == ("image/jpeg", "2026-11-23T09:30:00+08:00", {"id", "type", "size", "at"})
    assert listed(harness, taken.receipt) == [kept]
    assert harness.get(f"/opinions/{taken.id}", "reviewer").get_json()["attachments"] == [kept]
    served = harness.get(f"/receipts/{taken.receipt}/attachments/{kept['id']}")
    assert (served.status_code, len(served.data)) == (200, kept["size"])
    assert Image.open(BytesIO(served.data)).size == (320, 200)
    assert [mark for mark in PLANTED if mark in served.data] == []


def test_one_too_many_is_refused_before_anybody_looks_at_it(harness, taken, monkeypatch):
    keys = [f"{number:022}" for number in range(MOST_PHOTOS + 1)]
    answers = [send(harness, taken.receipt, photo(), Idempotency_Key=key) for key in keys[:MOST_PHOTOS]]
    assert {answer.status_code for answer in answers} == {201}
    monkeypatch.setattr(attachments, "read_photo", None)
    problem(send(harness, taken.receipt, photo(), Idempotency_Key=keys[-1]), 409)
    problem(send(harness, taken.receipt, b"no picture at all"), 409)
    # What was kept is answered as it was, for the same request.
    assert send(harness, taken.receipt, photo(), Idempotency_Key=keys[0]).get_json() == answers[0].get_json()


def test_while_too_many_photos_are_read_another_waits_outside(harness, taken, monkeypatch):
    monkeypatch.setattr(photos, "_queue", BoundedSemaphore(1))
    photos._queue.acquire()
    refused = send(harness, taken.receipt, photo())
    problem(refused, 503)
    assert int(refused.headers["Retry-After"]) > 0
    form = {"title": "河堤", "content": "塌了。", "photos": (BytesIO(photo()), "a.jpg")}
    page = harness.client.post("/opinions", data=form, content_type="multipart/form-data")
    assert page.status_code == 422
    assert "当前上传照片的人数较多" in page.text
    assert "塌了。" in page.text
    photos._queue.release()
    assert send(harness, taken.receipt, photo()).status_code == 201


def test_work_is_what_would_be_decoded():
    assert work_of(saved(drawing((2000, 1000)), "PNG")) == 10
    for raw in (b"", b"\xff\xd8\xff", SVG, bytes(LARGEST_PHOTO + 1), bomb()):
        assert work_of(raw) == 0


def test_a_photo_is_served_so_that_no_browser_takes_it_for_anything_else(harness, taken):
    kept = send(harness, taken.receipt, polyglot(), "image/png").get_json()
    for who, path in ((None, f"/receipts/{taken.receipt}"), ("reviewer", f"/opinions/{taken.id}")):
        served = harness.get(f"{path}/attachments/{kept['id']}", who)
        assert served.headers["Content-Type"] == "image/jpeg"
        assert served.headers["X-Content-Type-Options"] == "nosniff"
        assert served.headers["Content-Disposition"] == f'inline; filename="photo-{kept["id"]}.jpg"'
        assert served.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        assert served.headers["Cache-Control"] == "private, no-cache"
        assert b"script" not in served.data
        again = harness.client.get(
            f"/api/v1{path}/attachments/{kept['id']}",
            headers={"If-None-Match": served.headers["ETag"]} | ({"Authorization": f"Bearer {who}"} if who else {}),
        )
        assert (again.status_code, again.data, again.headers["Cache-Control"]) == (304, b"", "private, no-cache")


def test_a_form_brings_one_file_and_nothing_else(harness, taken):
    sent = send_form(harness, taken.receipt, file=(BytesIO(photo("PNG")), "../../evil.html", "text/html"))
    assert (sent.status_code, sent.get_json()["type"]) == (201, "image/png")
    for parts in (
        {},
        {"file": "not a file"},
        {"picture": (BytesIO(photo()), "a.jpg")},
        {"file": [(BytesIO(photo()), "a.jpg"), (BytesIO(photo()), "b.jpg")]},
        {"file": (BytesIO(photo()), "a.jpg"), "note": "more"},
    ):
        assert list(problem(send_form(harness, taken.receipt, **parts), 422)["errors"]) == ["file"]
    assert len(listed(harness, taken.receipt)) == 1


@pytest.mark.parametrize(
    ("raw", "content_type", "status", "words"),
    [
        (SVG, "image/svg+xml", 415, "image/jpeg"),
        (SVG, "image/png", 415, "not a JPEG, PNG, WebP or HEIC picture"),
        (photo(), "application/octet-stream", 415, "image/jpeg"),
        (b"", "image/jpeg", 415, "not a JPEG, PNG, WebP or HEIC picture"),
        (bomb(), "image/png", 413, "50 megapixels"),
        (bytes(LARGEST_PHOTO + 1), "image/jpeg", 413, "25 MB"),
        (saved(drawing((640, 480)), "JPEG")[:3000], "image/jpeg", 422, "cannot be read"),
    ],
    ids=["SVG", "SVG that says PNG", "no picture's type", "nothing", "bomb", "too many bytes", "cut off"],
)
def test_what_is_not_taken_is_refused_with_words_that_help(harness, taken, raw, content_type, status, words):
    assert words in problem(send(harness, taken.receipt, raw, content_type), status)["detail"]
    assert listed(harness, taken.receipt) == []


def test_the_header_may_say_another_kind_of_picture(harness, taken):
    for kind in ("JPEG", "PNG", "WEBP"):
        assert send(harness, taken.receipt, photo(kind), "image/webp").get_json()["type"] == f"image/{kind.lower()}"


@pytest.mark.slow
@pytest.mark.parametrize("form", [False, True], ids=["plain", "form"])
def test_a_body_of_unknown_length_is_read_no_further_than_is_taken(harness, taken, form):
    raw = bytes(LARGEST_PHOTO + 100_000)
    boundary = "x"
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + raw + b"\r\n--x--\r\n"
    answer = harness.client.post(
        f"/api/v1/receipts/{taken.receipt}/attachments",
        input_stream=BytesIO(part if form else raw),
        content_type=f"multipart/form-data; boundary={boundary}" if form else "image/jpeg",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert "25 MB" in problem(answer, 413)["detail"]


@pytest.mark.slow
def test_there_are_at_most_six(harness, taken):
    for _ in range(MOST_PHOTOS):
        assert "attachments" in harness.get(f"/receipts/{taken.receipt}").get_json()["may"]
        assert send(harness, taken.receipt, photo()).status_code == 201
    assert "at most 6" in problem(send(harness, taken.receipt, photo()), 409)["detail"]
    assert "attachments" not in harness.get(f"/receipts/{taken.receipt}").get_json()["may"]
    ids = [each["id"] for each in listed(harness, taken.receipt)]
    assert (len(ids), ids) == (6, sorted(ids))


@pytest.mark.parametrize("state", State)
def test_photos_are_taken_while_the_opinion_is_open(harness, taken, state):
    harness.set_state(taken.id, state)
    may = "attachments" in harness.get(f"/receipts/{taken.receipt}").get_json()["may"]
    answer = send(harness, taken.receipt, photo())
    assert (may, answer.status_code) == ((True, 201) if State(state).takes_photos else (False, 409))


def test_after_the_reply_there_are_no_more_not_even_when_it_is_done_again(harness, taken):
    routing = Routing(taken.id, harness.clock.now())
    harness.consume(routing.created(), routing.signed())
    kept = send(harness, taken.receipt, photo()).get_json()
    harness.consume(routing.replied())
    assert "until there is a reply" in problem(send(harness, taken.receipt, photo()), 409)["detail"]
    harness.consume(routing.reopened(), routing.signed())
    assert send(harness, taken.receipt, photo()).status_code == 409
    assert listed(harness, taken.receipt) == [kept]


def test_a_co_signer_sees_them_and_adds_none(harness):
    answer = harness.post("/opinions", FORM | {"cosigners": [{"kind": "citizen", "name": "王"}]}).get_json()
    (other,) = answer["cosigners"]
    kept = send(harness, answer["receipt"], photo()).get_json()
    assert listed(harness, other) == [kept]
    assert harness.get(f"/receipts/{other}/attachments/{kept['id']}").status_code == 200
    assert "attachments" not in harness.get(f"/receipts/{other}").get_json()["may"]
    assert "Only who submitted" in problem(send(harness, other, photo()), 403)["detail"]


def test_who_has_no_receipt_of_it_sees_nothing(harness, taken):
    kept, other = send(harness, taken.receipt, photo()).get_json(), harness.submit()
    for path in (
        f"/receipts/{other.receipt}/attachments/{kept['id']}",
        f"/receipts/0000000000000/attachments/{kept['id']}",
        f"/receipts/{taken.receipt}/attachments/{other.id}",
    ):
        problem(harness.get(path), 404)
    assert send(harness, "00000000000000", photo()).status_code == 404
    assert send(harness, "nonsense", photo()).status_code == 404


@pytest.mark.slow
def test_of_the_staff_the_office_and_the_departments_of_the_case_see_it(harness, taken):
    kept, other = send(harness, taken.receipt, photo()).get_json(), harness.submit()
    paths = f"/api/v1/opinions/{taken.id}/attachments/{kept['id']}", f"/cases/{taken.id}/photos/{kept['id']}"

    def statuses(who):
        headers = {"Authorization": f"Bearer {who}"} if who else {}
        return [harness.client.get(path, headers=headers).status_code for path in paths]

    assert [statuses(who) for who in (None, "scraper", "water", "roads")] == [[401] * 2, [403] * 2, [404] * 2, [404] * 2]
    routing = Routing(taken.id, harness.clock.now())
    harness.consume(routing.created(), routing.beside("roads", "co_handler"))
    for who in ("reviewer", "supervisor", "admin", "water", "roads"):
        assert statuses(who) == [200, 200]
    assert f'<img src="{paths[1]}"' in harness.client.get(f"/cases/{taken.id}", headers={"Authorization": "Bearer roads"}).text
    assert statuses("school") == [404, 404]
    assert harness.get(f"/opinions/{other.id}/attachments/{kept['id']}", "reviewer").status_code == 404


def test_the_same_request_twice_is_one_photo(harness, taken):
    first, second = (send(harness, taken.receipt, photo(), Idempotency_Key="k1" * 11) for _ in range(2))
    assert (first.get_json(), second.status_code) == (second.get_json(), 201)
    assert len(listed(harness, taken.receipt)) == 1
    assert send(harness, taken.receipt, photo("PNG"), Idempotency_Key="k1" * 11).status_code == 409
    assert send(harness, taken.receipt, photo(), Idempotency_Key="k2" * 11).status_code == 201


def test_the_same_request_again_has_its_answer_when_no_more_are_taken(harness, taken):
    first = send(harness, taken.receipt, photo(), Idempotency_Key="k1" * 11)
    harness.set_state(taken.id, "replied")
    assert send(harness, taken.receipt, photo(), Idempotency_Key="k1" * 11).get_json() == first.get_json()


def test_photos_are_in_no_message_no_list_and_no_log(harness):
    with capture_logs() as logged:
        taken = harness.submit()
        before = len(harness.outbox())
        kept = send(harness, taken.receipt, photo()).get_json()
        send(harness, taken.receipt, SVG)
        harness.get(f"/receipts/{taken.receipt}/attachments/{kept['id']}")
    assert len(harness.outbox()) == before
    assert logged == []
    (item,) = harness.get("/opinions", "reviewer").get_json()["items"]
    assert (item["id"], "attachments" in item) == (taken.id, False)
    assert kept["id"] not in harness.get("/reviews", "reviewer").text
    assert kept["id"] not in str(harness.timeline(taken.id))
