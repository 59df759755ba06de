"""Batches as spreadsheets and hotlines send them: what is understood, what is refused, and what a rehearsal shows."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
import sqlalchemy as sa

from services.intake.store.tables import opinions
from services.runtime.sheets.workbook import XLSX

ROW = "路灯不亮,三号楼前的路灯坏了两周。"


def batch(harness, text, content_type="text/csv", **query):
    data = text if isinstance(text, bytes) else text.encode()
    headers = {"Authorization": "Bearer reviewer", "Content-Type": content_type}
    answer = harness.client.post("/api/v1/opinions/batch", data=data, headers=headers, query_string=query)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def stored(harness):
    with harness.database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(opinions)).scalar_one()


def test_a_table_of_the_hotline_is_taken_with_who_told_it_where_and_when(harness):
    head = "工单编号;诉求标题;诉求内容;来源渠道;所属区域;来电人;联系电话;事发地址;受理时间;"
    row = "G-1;路灯不亮;坏了两周;热线;城东;张三;０５７７—６２５１００００转8012;人民路1号;2026/3/5 8:05;"
    (taken,) = batch(harness, f"{head}\r\n{row}\r\n;;;;;;;;;\r\n".encode("gbk").replace("城东".encode("gbk"), b"east"))
    assert (taken["status"], taken["external_id"]) == ("created", "G-1")
    opinion = harness.get(f"/opinions/{taken['id']}", "admin").get_json()
    assert (opinion["channel"], opinion["area"], opinion["told"]) == ("hotline", "east", "2026-03-05T08:05:00+08:00")
    assert opinion["submitter"] == {"kind": "citizen", "name": "张三", "phone": "0577-62510000-8012"}
    assert opinion["location"] == {"address": "人民路1号"}


def test_an_area_may_be_named_by_its_name(harness):
    area = harness.catalogue.areas["east"]
    (taken,) = batch(harness, f"标题,内容,区域\n{ROW},{area.name}\n")
    assert harness.get(f"/opinions/{taken['id']}", "admin").get_json()["area"] == "east"


@pytest.mark.parametrize("said", ["昨天", "2026-02-30", "2999-01-01", "3/5/2026", "2026-11-24"])
def test_a_date_that_is_none_or_lies_ahead_is_refused_with_its_line(harness, said):
    (refused,) = batch(harness, f"title,content,submitted_at\n{ROW},{said}\n")
    assert (refused["line"], list(refused["errors"])) == (2, ["submitted_at"])
    assert stored(harness) == 0


def test_a_workbook_is_taken_whatever_it_is_called(harness):
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in (("标题", "内容", "受理时间"), ("路灯不亮", "坏了", 46086)):
        book.active.append(row)
    book.save(stream)
    for content_type in (XLSX, "text/csv"):
        (taken,) = batch(harness, stream.getvalue(), content_type)
        assert harness.get(f"/opinions/{taken['id']}", "admin").get_json()["told"] == "2026-03-05T00:00:00+08:00"


def test_a_table_is_in_the_encoding_that_is_declared_where_its_bytes_fit_another_one(harness):
    text = "title,content\n模模,模模模\n".encode("gbk")
    # As UTF-8 these bytes are Latin letters.
    for content_type, title in (("text/csv; charset=gbk", "模模"), ("text/csv", text.decode().split("\n")[1].split(",")[0])):
        (taken,) = batch(harness, text, content_type)
        assert harness.get(f"/opinions/{taken['id']}", "admin").get_json()["title"] == title


def test_a_rehearsal_says_what_a_batch_would_come_to_and_stores_nothing(harness):
    batch(harness, f"external_id,title,content\nknown,{ROW}\n")
    lines = [f"{name},{ROW}" for name in ("a", "known", "a", "b")] + [",,", "c,路灯不亮,"]
    text = "\n".join(["编号,标题,内容", *lines])
    *refused, last = batch(harness, text.encode("gbk"), dry_run="true")
    told = last["rehearsal"]
    assert [(line["line"], list(line["errors"])) for line in refused] == [(7, ["content"])]
    assert (told["rows"], told["created"], told["exists"], told["refused"]) == (5, 2, 2, 1)
    assert (told["kind"], told["encoding"], told["separator"], told["header"], told["problems"]) == ("CSV", "GB18030", ",", 1, [])
    assert told["columns"] == [
        {"column": "编号", "field": "external_id"}, {"column": "标题", "field": "title"}, {"column": "内容", "field": "content"},
    ]  # fmt: skip
    assert stored(harness) == 1
    assert [line["status"] for line in batch(harness, text.encode("gbk"))] == ["created", "exists", "exists", "created", "refused"]


def test_a_column_that_is_not_understood_is_shown_by_a_rehearsal_and_refused_else_unless_it_is_ignored(harness):
    text = f"标题,内容,处理结果\n{ROW},无\n"
    (told,) = batch(harness, text, dry_run="true")
    assert "处理结果" in told["rehearsal"]["problems"][0]
    refused = harness.client.post(
        "/api/v1/opinions/batch", data=text.encode(), headers={"Authorization": "Bearer reviewer", "Content-Type": "text/csv"}
    )
    assert (refused.status_code, "处理结果" in refused.get_json()["errors"]["header"][0]) == (422, True)
    assert [line["status"] for line in batch(harness, text, ignore="处理结果")] == ["created"]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"PK\x03\x04 no book", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_is_no_table_is_refused_as_a_whole_with_what_to_do(harness, data):
    headers = {"Authorization": "Bearer reviewer", "Content-Type": "text/csv"}
    answer = harness.client.post("/api/v1/opinions/batch", data=data, headers=headers)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["header"])
