"""Rulings on texts like it, on the page of a case."""

from functools import partial


def test_the_page_of_a_case_shows_what_was_ruled_of_a_text_like_it(bureau):
    text = ("北渠边的栏杆断了", "渠边的栏杆断了一截，请修。")
    assignment = bureau.accept(*text, topic="rivers")
    bureau.do(assignment, "object", {"reason": "栏杆归公路站。", "department": "roads"}, "water")
    bureau.rule(assignment, "objection", True, reason="栏杆归公路站。")
    bureau.accept(*text, topic="rivers", opinion="o-like-it")
    bureau.service.learning.look()
    part = partial(bureau.client.get, "/fragments/routing/case/o-like-it?lang=zh")
    for who in ("reviewer", "water"):
        told = part(headers={"Authorization": f"Bearer {who}"}).get_data(as_text=True)
        assert "同类意见的裁定" in told
        assert "栏杆归公路站。" in told
    assert "栏杆归公路站。" not in part(headers={"Authorization": "Bearer schools"}).get_data(as_text=True)
