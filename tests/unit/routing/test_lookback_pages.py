"""Look-backs in a browser: drawn, worked through on one page, and checked by anybody."""

from __future__ import annotations

import html
import re
import subprocess

import pytest

from tests.unit.routing.bureau import REPLY

HOSTILE = "<script>x()</script>{{7*7}}<!--#include virtual='/healthz' -->"


@pytest.fixture
def pages(bureau):
    return bureau.pages("supervisor", "en")


@pytest.fixture
def concluded(bureau):
    return conclude(bureau, 3)


def conclude(bureau, number):
    found = [bureau.accept(HOSTILE, topic="rivers") for _ in range(number)]
    for each in found:
        bureau.do(each, "reply", REPLY, bureau.row(each)["department"])
        bureau.evaluate(each)
    return found


def drawn(pages, **form):
    answer = pages("/lookbacks", form=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def forms(text):
    return re.findall(r'<form action="(/lookbacks/[^"]+)"', text)


@pytest.mark.slow
def test_a_sample_is_drawn_and_worked_through_without_leaving_its_page(bureau, concluded, pages):
    address = drawn(pages, size="３", department="", since="2026-11-01", until="")
    text = pages(address).text
    assert "0 of 3 looked at" in text
    first, second, third = forms(text)
    for form, held, note in ((first, "yes", "Still dry."), (second, "no", HOSTILE)):
        answer = pages(form, form={"note": note, "held": held, "key": form})
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith(f"{address}?did=check#case-")
        # A second press changes nothing, and is answered as the first.
        assert pages(form, form={"note": note, "held": held, "key": form}).status_code == 303
    text = pages(address).text
    assert forms(text) == [third]
    assert "2 of 3 looked at, 1 have held" in text
    assert "<script>x" not in text
    assert "<!--#" not in text
    assert HOSTILE in html.unescape(text)
    states = {each: bureau.row(each)["state"] for each in concluded}
    assert states[second.rpartition("/")[2]] == "reopened"
    assert states[first.rpartition("/")[2]] == "concluded"
    assert re.search(r'class="number nowrap"[^>]*>2 / 3</td>\s*<td class="number"[^>]*>1<', pages("/lookbacks").text)


@pytest.mark.slow
def test_anybody_of_the_office_can_repeat_a_draw_with_the_command_in_its_file(bureau, pages, tmp_path):
    ids = conclude(bureau, 6)
    address = drawn(pages, size="4")
    file = pages(f"{address}.txt", "reviewer")
    assert file.mimetype == "text/plain"
    (tmp_path / "draw.txt").write_bytes(file.data)
    command = re.search("^# (grep .*)$", file.text, re.MULTILINE)[1]
    repeated = subprocess.run(["/bin/bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()
    assert repeated == [form.rpartition("/")[2] for form in forms(pages(address).text)]
    assert set(file.text.split("\n")) >= set(ids)


def test_certain_cases_are_taken_by_number_or_by_the_address_of_their_page(bureau, concluded, pages):
    opinion = bureau.row(concluded[1])["opinion"]
    address = drawn(pages, assignments=f"https://huiying.example/cases/{opinion}?lang=zh\n{concluded[0]}")
    text = pages(address).text
    assert [form.rpartition("/")[2] for form in forms(text)] == [concluded[1], concluded[0]]
    assert "these cases were chosen" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"size": "0"}, "size"),
        ({"size": "many"}, "size"),
        ({"size": "9" * 5000}, "size"),
        ({"department": "moon"}, "department"),
        ({"since": "gestern"}, "since"),
        ({"until": "9999-12-31"}, "until"),
        ({"since": "2026-11-20", "until": "2026-11-19"}, "until"),
        ({"assignments": "nothing"}, "assignments"),
        ({"assignments": HOSTILE}, "assignments"),
        ({"assignments": "a " * 300_000 + "a"}, "assignments"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(concluded, pages, form, wrong):
    answer = pages("/lookbacks", form=form)
    assert answer.status_code == 422
    assert f'id="{wrong}-mistake"' in answer.text
    assert all(text in html.unescape(answer.text) for name, text in form.items() if name != "department")
    assert "<script>x" not in answer.text


def test_what_cannot_be_kept_of_one_draw_and_what_there_is_nothing_of_is_told(bureau, pages, monkeypatch):
    assert "There is no concluded case" in pages("/lookbacks", form={"size": "2"}).text
    conclude(bureau, 2)
    monkeypatch.setattr("services.routing.handlers.lookback.LARGEST_POPULATION", 1)
    answer = pages("/lookbacks", form={"since": "2026-11-01"})
    assert (answer.status_code, "than one draw is made from" in answer.text) == (422, True)


@pytest.mark.slow
def test_what_somebody_else_looked_at_first_is_told_and_the_note_is_kept(bureau, concluded, pages):
    address = drawn(pages)
    form, *_ = forms(pages(address).text)
    assert pages(form, "admin", {"note": "Broken again.", "held": "no"}).status_code == 303
    answer = pages(form, form={"note": "I saw it, too.", "held": "yes"})
    assert answer.status_code == 409
    assert "Somebody else has looked at it" in answer.text
    assert "I saw it, too." in answer.text
    for bad in ({"note": "", "held": "yes"}, {"note": "长" * 2001, "held": "no"}, {"note": "I saw it.", "held": ""}):
        answer = pages(forms(pages(address).text)[0], form=bad)
        assert (answer.status_code, f"{bad['note']}</textarea>" in answer.text) == (422, True)


@pytest.mark.slow
def test_a_large_sample_has_pages_and_every_form_leads_back_to_its_own(bureau, pages):
    conclude(bureau, 22)
    address = drawn(pages, size="22")
    text = pages(address).text
    assert len(forms(text)) == 20
    following = re.search(r'href="([^"]+from=21)" rel="next"', text)[1]
    left = forms(pages(following).text)
    assert [form.rpartition("?")[2] for form in left] == ["from=21"] * 2
    assert pages(left[0], form={"note": "Dry.", "held": "yes"}).headers["Location"].startswith(f"{address}?from=21&did=check#")
    # Where all of a page are looked at, the next one is on another.
    for form in forms(text):
        leads = pages(form, form={"note": "Dry.", "held": "yes"}).headers["Location"]
    page, _, case = leads.partition("#")
    assert page == f"{address}?from=21&did=check"
    assert f'id="{case}"' in pages(page).text
    assert pages(f"{address}?from=0").status_code == 422
    assert forms(pages(f"{address}?from=400").text) == []


@pytest.mark.slow
def test_reviewers_read_and_supervisors_act(bureau, concluded, pages):
    address = drawn(pages)
    form, *_ = forms(pages(address).text)
    for who, reads, acts in (
        ("supervisor", 200, 303), ("admin", 200, 303), ("reviewer", 200, 403), ("water", 403, 403), ("head-of-water", 403, 403),
        (None, 401, 401),
    ):  # fmt: skip
        assert [pages(path, who).status_code for path in ("/lookbacks", address, f"{address}.txt")] == [reads] * 3
        if acts != 303:
            assert pages("/lookbacks", who, {"size": "1"}).status_code == acts
            assert pages(form, who, {"note": "Dry.", "held": "yes"}).status_code == acts
    assert forms(pages(address, "reviewer").text) == []
    assert "<form" not in re.search(r"<main.*</main>", pages("/lookbacks", "reviewer").text, re.DOTALL)[0]
    assert pages(form).headers["Location"] == address
    assert pages("/lookbacks/nothing").status_code == 404
    assert pages("/lookbacks/nothing.txt").status_code == 404
    assert pages("/lookbacks/nothing/nothing", form={"note": "x", "held": "yes"}).status_code == 404
