"""Photos on the pages: chosen with the opinion, added on the receipt, shown there."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from services.intake.store.attachments import attachments
from services.intake.store.writing import IntakeStore
from tests import visitors
from tests.unit.intake.opinions import change
from tests.unit.intake.pictures import SVG, bomb, photo
from tests.visitors import Visit


@pytest.fixture
def visit(sqlite_database, clock):
    return Visit(sqlite_database("intake", visitors.MIGRATIONS), clock)


def files(*raws: bytes) -> list[FileStorage]:
    """What a browser sends of a field: an empty part without a name when nothing was chosen."""
    return [FileStorage(BytesIO(raw), "照片.jpg") for raw in raws] or [FileStorage(BytesIO(), "")]


def post(visit, path, form):
    # In memory: the client itself would put a large form into a file and leave it open.
    boundary, body = encode_multipart(form)
    return visit.client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def submit(visit, *raws, key=None, **fields):
    form = {"title": "河堤塌了", "content": "约三米。", "key": key or visit.key(), "photos": files(*raws)} | fields
    return post(visit, "/opinions", form)


def add(visit, path, *raws, key=None):
    form = {"key": key or visit.key(path), "photos": files(*raws)}
    return post(visit, f"{path}/attachments", form)


def shown(visit, path):
    """The addresses of the pictures on a page."""
    return re.findall(r'<img src="(/api/v1/receipts/[^"]+)" alt="照片', visit.client.get(path).text)


def kept(visit):
    with visit.database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(attachments)).scalar_one()


def test_the_form_asks_for_photos_and_works_without_them(visit):
    page = visit.client.get("/").text
    assert 'action="/opinions" method="post" enctype="multipart/form-data"' in page
    assert re.search(r'<label for="photos">照片', page)
    assert re.search(
        r'type="file" id="photos" name="photos" accept="image/jpeg,image/png,image/webp,image/heic,image/heif" multiple', page
    )
    answer = submit(visit)
    assert (answer.status_code, kept(visit)) == (303, 0)


def test_an_opinion_with_photos_shows_them_on_its_receipt(visit):
    path = submit(visit, photo(), photo("PNG")).headers["Location"].removesuffix("/submitted")
    addresses = shown(visit, path)
    assert len(addresses) == 2
    served = [visit.client.get(address) for address in addresses]
    assert sorted(each.mimetype for each in served) == ["image/jpeg", "image/png"]
    assert all(address.startswith(f"/api/v1{path}/attachments/") for address in addresses)


@pytest.mark.slow
def test_a_bad_photo_keeps_the_text_and_says_what_is_wrong_beside_the_field(visit):
    for raws, words in (
        ((SVG,), "仅支持 JPEG、PNG、WebP、HEIC"), ((photo(), bomb()), "照片过大"), ((photo()[:600],), "照片无法打开"),
        ((photo(),) * 4, "一次最多 3 张"), ((bytes(27_000_000),), "照片过大"),
    ):  # fmt: skip
        answer = submit(visit, *raws)
        assert (answer.status_code, visit.opinions(), kept(visit)) == (422, [], 0)
        assert re.search(rf'id="photos-mistake">{words}', answer.text)
        assert '<a href="#photos">照片</a>' in answer.text
        assert 'value="河堤塌了"' in answer.text


def test_with_another_mistake_the_photos_are_asked_for_again(visit):
    answer = submit(visit, photo(), title="")
    assert (answer.status_code, visit.opinions()) == (422, [])
    assert "请重新选择照片" in answer.text
    assert 'id="title-mistake"' in answer.text
    assert "请重新选择照片" not in submit(visit, title="").text


def test_the_form_sent_twice_is_one_opinion_with_its_photos(visit):
    key = visit.key()
    first, second = (submit(visit, photo(), key=key) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert (len(visit.opinions()), kept(visit)) == (1, 1)


def test_an_opinion_and_its_photos_are_kept_together_or_not_at_all(visit, monkeypatch):
    def fail(*_):
        raise RuntimeError("in between")

    monkeypatch.setattr(IntakeStore, "add_attachment", fail)
    assert submit(visit, photo()).status_code == 500
    assert visit.opinions() == []


@pytest.mark.slow
def test_more_are_added_on_the_receipt(visit):
    path = submit(visit, photo()).headers["Location"].removesuffix("/submitted")
    answer = add(visit, path, photo("WEBP"), photo("PNG"))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}#attachments")
    assert len(shown(visit, path)) == 3
    assert add(visit, path, photo(), photo(), photo()).status_code == 303
    page = visit.client.get(path).text
    assert f'action="{path}/attachments"' not in page
    assert "不能再添加照片" in page


@pytest.mark.slow
def test_more_than_may_be_are_refused_together(visit):
    path = submit(visit, photo(), photo(), photo()).headers["Location"].removesuffix("/submitted")
    add(visit, path, photo(), photo())
    answer = add(visit, path, photo(), photo())
    assert (answer.status_code, "照片未保存" in answer.text, len(shown(visit, path))) == (409, True, 5)


def test_what_is_wrong_on_the_receipt_is_said_there(visit):
    path = submit(visit).headers["Location"].removesuffix("/submitted")
    for raws, words in (((), "请先选择照片"), ((SVG,), "仅支持")):
        answer = add(visit, path, *raws)
        assert (answer.status_code, bool(re.search(rf'id="photos-mistake">{words}', answer.text))) == (422, True)
    assert shown(visit, path) == []


def test_sent_twice_from_the_receipt_it_is_kept_once(visit):
    path = submit(visit).headers["Location"].removesuffix("/submitted")
    key = visit.key(path)
    assert {add(visit, path, photo(), key=key).status_code for _ in range(2)} == {303}
    assert len(shown(visit, path)) == 1


def test_after_the_reply_they_are_shown_and_not_taken(visit):
    path = submit(visit, photo()).headers["Location"].removesuffix("/submitted")
    key = visit.key(path)
    with visit.database.transaction() as work:
        change(work, visit.opinions()[0]["id"], state="replied", reply="已修好。")
    assert add(visit, path, photo(), key=key).status_code == 409
    assert len(shown(visit, path)) == 1


def test_a_receipt_of_nobody_takes_no_photo(visit):
    for code, status in (("0000000000000", 404), ("nonsense", 404)):
        assert add(visit, f"/receipts/{code}", photo(), key="x").status_code == status
    assert visit.client.get("/receipts/nonsense/attachments").status_code == 303


@pytest.mark.slow
def test_a_form_beyond_all_measure_is_refused_with_a_page(visit):
    answer = submit(visit, bytes(40_000_000), bytes(42_000_000))
    assert (answer.status_code, answer.mimetype) == (413, "text/html")
    assert "减少照片" in answer.text
