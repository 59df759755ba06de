"""Another catalogue is held against the cases that departments have."""

from __future__ import annotations

from html import unescape
from pathlib import Path

TOWN = (Path(__file__).parent / "town.yml").read_text(encoding="utf-8")


def test_codes_that_open_cases_name_and_a_catalogue_lacks_are_listed_and_nothing_is_kept(bureau):
    pages = bureau.pages("admin", "en")
    one = bureau.accept(topic="rivers")
    assert "It has every code that open cases name." in pages("/catalogue/cases", form={"catalogue": TOWN}).text
    other = TOWN.replace("  rivers:", "  ponds:")
    answer = pages("/catalogue/cases", form={"catalogue": other})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert f'Topic <code>rivers</code>: <a href="/cases/{bureau.row(one)["opinion"]}">1 case</a>' in answer.text
    assert other.strip() in unescape(answer.text).replace("\r", "")
    assert "rivers" in bureau.service.catalogue.topics


def test_one_with_mistakes_is_listed_and_administrators_alone_compare(bureau):
    pages = bureau.pages("admin", "en")
    wrong = pages("/catalogue/cases", form={"catalogue": "name: <script>x()</script>\n]"})
    assert (wrong.status_code, "not YAML" in wrong.text, "<script>x" in wrong.text) == (422, True, False)
    back = pages("/catalogue/cases")
    assert (back.status_code, back.headers["Location"]) == (303, "/catalogue")
    for who, status in (("water", 403), ("head-of-water", 403), ("supervisor", 403), ("reviewer", 403), (None, 401)):
        assert pages("/catalogue/cases", who, form={"catalogue": TOWN}).status_code == status
        assert pages("/catalogue/cases", who).status_code == status
