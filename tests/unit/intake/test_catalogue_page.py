"""Administrators see the catalogue in use, look at another one, of which nothing is kept, and put it into use."""

from __future__ import annotations

import io
from html import unescape
from pathlib import Path

import pytest

from services.runtime.process.catalogue import InUse, Source, same
from services.runtime.process.replacing import digest_of, previous
from services.runtime.web.pages.catalogue import LARGEST, MOST_LISTED

TOWN = (Path(__file__).parent / "town.yml").read_text(encoding="utf-8")
OTHER = TOWN.replace("name: 石桥镇\n", "name: 木桥镇\n", 1).replace(
    "departments:\n", "departments:\n  moon: {name: 月, name_en: Moon}\n", 1
)
HOSTILE = "<script>x()</script>{{7*7}}<!--#include virtual='/healthz' -->"


@pytest.fixture(scope="module")
def desk(open_harness, tmp_path_factory):
    """A desk whose catalogue comes from a file."""
    harness, file = open_harness(), tmp_path_factory.mktemp("place") / "catalogue.yml"
    file.write_text(TOWN, encoding="utf-8")
    source = Source(file)
    object.__setattr__(harness.intake, "place", InUse(source.read(), same, source, look_seconds=0))
    harness.submit(topic="rivers", channel="meeting")
    return harness


def look(desk, text="", file=None, who="admin"):
    form = {"catalogue": text, **({"file": (io.BytesIO(file), "my.yml")} if file is not None else {})}
    headers = {"Authorization": f"Bearer {who}", "Accept-Language": "en"} if who else {}
    return desk.client.post("/catalogue", data=form, content_type="multipart/form-data", headers=headers)


def press(desk, path, who="admin", **form):
    """Put another catalogue into use, or the one before; the form says instead of which."""
    form = {"version": desk.intake.place.version.digest, **form}
    headers = {"Authorization": f"Bearer {who}", "Accept-Language": "en"} if who else {"Accept-Language": "en"}
    return desk.client.post(f"/catalogue/{path}", data=form, headers=headers)


def file_of(desk):
    return Path(desk.intake.place._source.path)


@pytest.fixture
def written(desk):
    """What the file says now; the town's afterwards, without any before it."""
    yield lambda: file_of(desk).read_text(encoding="utf-8")
    file_of(desk).write_text(TOWN, encoding="utf-8")
    previous(file_of(desk)).unlink(missing_ok=True)


def shown(desk):
    return desk.client.get("/catalogue", headers={"Authorization": "Bearer admin", "Accept-Language": "en"})


def test_what_is_in_use_is_shown_by_section_with_its_version_and_the_way_back(desk):
    page = shown(desk)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    for part in ("Departments: 4", "Topics: 2", "Kinds of sessions: 3", "Street lamps <code>lamps</code>", "Stonebridge"):
        assert part in page.text, part
    place = desk.intake.place
    assert place.version.digest in page.text
    assert "None is kept yet" in page.text
    kept = previous(file_of(desk))
    kept.write_text(TOWN, encoding="utf-8")
    assert 'action="/catalogue/back"' in shown(desk).text
    kept.unlink()


@pytest.mark.parametrize("way", ["text", "file"])
def test_every_mistake_is_listed_with_its_line_and_the_text_stays(desk, way):
    text = TOWN.replace("department: roads", "department: moon").replace("name: 中心站", f"name: {HOSTILE!r}, colour: red")
    answer = look(desk, text) if way == "text" else look(desk, "older", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert answer.status_code == 422
    for part in ("moon", "colour"):
        line = text[: text.index(part)].count("\n") + 1
        assert f'<td class="number">{line}</td>' in answer.text
    assert "unknown: 'moon' is not among the departments" in unescape(answer.text)
    assert text in unescape(answer.text)
    assert "<script>x" not in answer.text


def test_a_good_one_is_compared_with_what_is_in_use_and_with_what_opinions_under_review_name(desk):
    other = TOWN.replace("  rivers: {name: 河道, name_en: Rivers,", "  ponds: {name: 池塘, name_en: Ponds,")
    answer = look(desk, other)
    assert answer.status_code == 200
    for part in ("goes</span>\n Rivers <code>rivers</code>", "is new</span>\n Ponds <code>ponds</code>", "Codes that it lacks"):
        assert part in answer.text, part
    assert "/catalogue/cases" in answer.text
    same_again = look(desk, TOWN)
    assert "says the same as" in same_again.text
    assert "It has every code" in same_again.text
    assert desk.intake.catalogue.topic_of("rivers"), "nothing was put into use"


@pytest.mark.parametrize(
    ("text", "file", "field", "reason"),
    [
        ("", None, "catalogue", "choose a file"),
        ("name: 甲", b" \n", "file", "choose a file"),
        ("name: 甲", b"\xff\xfe\0", "file", "no text in UTF-8"),
        ("name: 甲", b"a" * (LARGEST + 1), "file", "at most"),
        ("甲" * (LARGEST // 3 + 1), None, "catalogue", "at most"),
        ("a: &a [*a]", None, "catalogue", "mistakes"),
        ("name: \0", None, "catalogue", "mistakes"),
        ("extends: /etc/hostname", None, "catalogue", "mistakes"),
        ("\n".join(f"k{number}: 1" for number in range(MOST_LISTED)), None, "catalogue", "more are not listed"),
    ],
)
def test_what_is_no_catalogue_is_refused_beside_its_field_and_the_text_stays(desk, text, file, field, reason):
    answer = look(desk, text, file)
    assert (answer.status_code, f'id="{field}-mistake"' in answer.text, reason in answer.text) == (422, True, True)
    assert text.replace("\0", "") in unescape(answer.text).replace("\0", "")


def test_the_last_good_one_is_named_while_the_file_has_mistakes(desk):
    file, before = file_of(desk), desk.intake.place.version
    file.write_text("[", encoding="utf-8")
    assert "the last good one is used" in shown(desk).text
    assert desk.intake.place.version == before
    file.write_text(TOWN, encoding="utf-8")
    assert "the last good one is used" not in shown(desk).text


def test_administrators_alone_look(desk):
    for who in ("reviewer", "supervisor", "water", "scraper", "at-central"):
        assert look(desk, TOWN, who=who).status_code == 403
        assert press(desk, "use", who, catalogue=OTHER).status_code == press(desk, "back", who).status_code == 403
        assert desk.client.get("/catalogue", headers={"Authorization": f"Bearer {who}"}).status_code == 403
    assert look(desk, TOWN, who=None).status_code == 401
    for kept in (look(desk, HOSTILE, who=None), press(desk, "use", None, catalogue=HOSTILE)):
        assert (kept.status_code, HOSTILE in unescape(kept.text), "<script>x" in kept.text) == (401, True, False)
    assert file_of(desk).read_text(encoding="utf-8") == TOWN


def test_one_that_was_compared_is_put_into_use_once_and_the_one_before_comes_back_at_a_press(desk, written):
    first, compared = desk.intake.place.version.digest, look(desk, OTHER.replace("\n", "\r\n"))
    assert unescape(compared.text.partition('name="catalogue" value="')[2].partition('"')[0]) == OTHER
    assert "Queues are made within a minute for: Moon <code>moon</code>." in compared.text
    for _ in "pressed", "twice":
        done = press(desk, "use", catalogue=OTHER, version=first)
        assert (done.status_code, done.headers["Location"]) == (303, "/catalogue?done=use")
    assert (written(), desk.intake.catalogue.name, desk.intake.place.version.digest) == (OTHER, "木桥镇", digest_of(OTHER))
    assert previous(file_of(desk)).read_text(encoding="utf-8") == TOWN
    assert press(desk, "back").headers["Location"] == "/catalogue?done=back"
    assert (written(), previous(file_of(desk)).read_text(encoding="utf-8")) == (TOWN, OTHER)


def test_who_compared_before_a_colleague_s_act_overwrites_nothing_and_sees_what_has_changed(desk, written):
    version, third = desk.intake.place.version.digest, TOWN.replace("name: 石桥镇\n", "name: 铁桥镇\n", 1)
    press(desk, "use", catalogue=OTHER)
    for stale in (press(desk, "use", catalogue=third, version=version), press(desk, "use", catalogue=third, version="")):
        assert (stale.status_code, written()) == (409, OTHER)
        assert "since you compared" in stale.text
        assert "goes</span>\n Moon <code>moon</code>" in stale.text
        assert third in unescape(stale.text)
    assert press(desk, "back", version=version).status_code == 409
    assert press(desk, "use", catalogue=third).status_code == 303


@pytest.mark.parametrize("text", ["", "[", TOWN.replace("department: roads", "department: moon"), "extends: /etc/hostname"])
def test_one_with_mistakes_never_comes_into_use(desk, written, text):
    refused = press(desk, "use", catalogue=text)
    assert (refused.status_code, 'id="catalogue-mistake"' in refused.text, written()) == (422, True, TOWN)
    previous(file_of(desk)).write_text(text, encoding="utf-8")
    assert (press(desk, "back").status_code, written()) == (422, TOWN)


def test_one_that_lacks_what_opinions_under_review_name_comes_into_use_when_that_is_said(desk, written):
    lacking = TOWN.replace("  rivers: {name: 河道, name_en: Rivers,", "  ponds: {name: 池塘, name_en: Ponds,")
    refused = press(desk, "use", catalogue=lacking)
    assert (refused.status_code, 'id="anyway-mistake"' in refused.text, written()) == (422, True, TOWN)
    assert (press(desk, "use", catalogue=lacking, anyway="yes").status_code, written()) == (303, lacking)


def test_a_file_that_this_process_may_not_write_stays_and_the_page_has_the_command(open_harness):
    harness = open_harness()
    assert harness.intake.place.version is None
    answer = harness.client.post(
        "/catalogue/use", data={"catalogue": OTHER, "version": ""}, headers={"Authorization": "Bearer admin"}
    )
    assert (answer.status_code, OTHER in unescape(answer.text)) == (503, True)
    assert "huiying catalogue use catalogue.yml" in shown(harness).text
    missing = harness.client.post("/catalogue/back", data={"version": ""}, headers={"Authorization": "Bearer admin"})
    assert missing.status_code == 404
