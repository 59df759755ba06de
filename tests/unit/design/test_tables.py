"""Cells of a table know their headings."""

from __future__ import annotations

from markupsafe import Markup

from services.design.tables import labelled


def test_each_cell_but_the_first_of_a_row_has_its_heading() -> None:
    row = Markup('<tr class="row"><td>{}</td><td class="number">1</td>\n<th scope="row">2</th><td>3</td></tr>').format("<td>")
    headings = ["Title", Markup('<a href="?sort=n">How "many"</a>'), "", "Due"]
    assert labelled(row + row, headings) == 2 * (
        '<tr class="row"><td>&lt;td&gt;</td><td class="number" data-label="How &#34;many&#34;">1</td>\n'
        '<th scope="row">2</th><td data-label="Due">3</td></tr>'
    )


def test_a_cell_over_several_columns_has_none() -> None:
    assert labelled(Markup('<tr><td>1</td><td colspan="2">2</td></tr>'), ["A", "B", "C"]).count("data-label") == 0
