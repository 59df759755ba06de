"""A body for every operation that takes one, by the name of its schema or by its content type; a test reads each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OPINION = "01980a3e-7c43-7a4e-9a53-2d1c6b1f0e77"
ASSIGNMENT = "01980a41-19b2-7c04-8f6d-5a0e4b7c9d21"
MEETING = "01980a52-33f0-7d1a-b0c2-91e5d3a7f468"
PROMISE = {"what": "更换三号楼前的路灯线路", "due": "2026-12-18T17:30:00+08:00", "who": "市政所"}
EXAMPLES: Mapping[str, Any] = {
    "intake.Submission": {
        "title": "三号楼前的路灯坏了",
        "content": "三号楼前的路灯坏了两周，老人晚上出门不便，希望尽快修好。",
        "topic": "street-lights",
        "location": {"address": "云澜县东门社区三号楼前", "latitude": 30.86, "longitude": 120.09},
        "submitter": {"kind": "citizen", "name": "王建国", "phone": "0572-1234567"},
        "visibility": "department",
    },
    "application/x-ndjson": '{"title": "路灯坏了", "content": "三号楼前的路灯坏了两周。", "external_id": "12345-2026-001"}\n',
    "text/csv": "title,content,external_id\n路灯坏了,三号楼前的路灯坏了两周。,12345-2026-001\n",
    "intake.Evaluation": {"result": "satisfied", "process": "basically_satisfied", "comment": "修得很快。"},
    "intake.AddedDetails": {"content": "五号楼前的也不亮了。"},
    "intake.Withdrawal": {"reason": "已经修好了。"},
    "intake.ErasureBody": {"content": True},
    "intake.Invitation": {
        "sign_in": "wang.lei",
        "name": "王磊",
        "grant": {"role": "department", "department": "city-management"},
        "email": "wang.lei@example.org",
    },
    "intake.GrantBody": {"role": "supervisor"},
    "intake.AccountName": {"name": "王蕾"},
    "intake.TokenBody": {"role": "department", "department": "city-management", "days": 365},
    "intake.Retention": {"days": 1095, "limit": 200, "erase": False},
    "intake.Rotation": {"limit": 200},
    "intake.Acceptance": {"topic": "street-lights", "level": "county", "difficulty": "simple", "department": "city-management"},
    "intake.BatchAcceptance": {"opinions": [OPINION], "difficulty": "ordinary", "handling": "joint"},
    "intake.DeclineBody": {"reason": "litigation"},
    "intake.QuestionBody": {"question": "是哪一栋楼前的路灯？"},
    "intake.Merging": {"into": OPINION},
    "intake.CampaignBody": {
        "title": "我为民生实事提建议", "begins": "2026-03-01", "ends": "2026-03-31", "areas": ["yunlan"], "target": 200,
    },
    "intake.SessionQuestions": {
        "questions": [
            {
                "text": "三号楼前的路灯坏了两周，老人晚上出门不便。", "topic": "street-lights", "summary": "东门社区三号楼路灯",
                "promise": {"what": "更换三号楼前的路灯线路", "who": "市政所", "difficulty": "ordinary"},
            },
            {
                "text": "菜场门口一下雨就积水，能不能疏通？", "department": "city-management",
                "answer": {"content": "昨天已经疏通。", "outcome": "solved"},
            },
        ],
    },
    "intake.BookingBody": {"name": "王建国", "phone": "0572-1234567", "about": "想谈谈东门社区的路灯。"},
    "intake.AttendanceBody": {"deputies": ["wx-017", "wx-018"], "visitors": 14, "observers": 2},
    "intake.ScanBody": {"code": "7K3QX9M2DR"},
    "intake.CodeOrderBody": {"kind": "household", "area": "yunlan", "many": 600},
    "intake.SplitBody": {"opinions": [OPINION]},
    "intake.ReleaseBody": {
        "title": "三号楼前的路灯坏了", "content": "三号楼前的路灯坏了两周。", "parts": [{"entry": 1041, "content": "已经修好。"}],
        "place": True,
    },
    "intake.WithholdBody": {"reason": "内容涉及他人隐私。"},
    "intake.DeputyNamed": {"deputy": "cd-017"},
    "intake.DeputyPerhaps": {"deputy": "cd-017"},
    "intake.FeedbackBody": {"how": "visit"},
    "intake.Location": {"address": "青澳湾码头", "latitude": 23.4321, "longitude": 117.1234},
    "intake.DeputyBody": {
        "name": "周敏", "level": "county", "term": "第十七届", "areas": ["chengdong"], "stations": ["chengdong"],
        "identity": "县人大代表，东门社区卫生服务中心主任。", "duties": "联系东门社区选民，每月第二个周二在站接待。",
        "promise": "收到的意见建议三个工作日内反馈。", "results": "推动东门社区加装电梯 6 部。",
    },
    "intake.GroupBody": {
        "name": "城建环保代表小组", "kind": "professional", "topics": ["street-lights"], "counterpart": "城建环资工委",
    },
    "intake.StationBody": {"opening": "每周二 14:00 至 17:00，2 名代表轮值接待", "brand": "周二代表有约"},
    "intake.ItemBody": {"met_since": "2026-03-01", "checked_by": "县人大常委会代表工委"},
    "intake.LostReceipt": {"contact": "13800000000"},
    "intake.SupportBody": {"contact": "13800000000"},
    "intake.OpinionDraft": {"title": "路灯坏了", "content": "三号楼前的路灯坏了两周。"},
    "routing.SignBody": {},
    "routing.ResumeBody": {},
    "routing.ApproveBody": {},
    "routing.ProgressBody": {"content": "已派人到现场查看，线路需更换。", "contact": "phone"},
    "routing.ReplyBody": {"content": "线路已查明，月内更换。", "outcome": "in_progress", "promise": PROMISE, "items": []},
    "routing.ObjectBody": {"reason": "这条路由交通部门管养。", "department": "transport"},
    "routing.ExtendBody": {"until": "2026-12-31T17:30:00+08:00", "reason": "灯具需定制，到货要两周。"},
    "routing.PauseBody": {"reason": "等提出人补充位置。", "until": "2026-12-10T17:30:00+08:00"},
    "routing.KeepBody": {"evidence": "路灯已于 12 月 15 日更换完毕，当晚通电。"},
    "routing.ResyncBody": {"department": "city-management"},
    "routing.RulingBody": {"about": "objection", "granted": True, "reason": "该路段确由交通部门管养。", "department": "transport"},
    "routing.DraftText": {"title": "路灯坏了", "content": "三号楼前"},
    "routing.Preview": {"title": "三号楼前的路灯坏了", "content": "路灯坏了两周。"},
    "routing.DecisionBody": {"department": "city-management", "reason": "路灯归城管局管护。"},
    "routing.LookbackBody": {
        "size": 20, "department": "city-management", "since": "2026-10-01T00:00:00+08:00", "until": "2026-11-01T00:00:00+08:00",
    },
    "routing.CheckBody": {"assignment": ASSIGNMENT, "held": True, "note": "现场查看，路灯亮。"},
    "routing.HandlersBody": {"departments": ["transport"], "handling": "joint", "reason": "河堤边的道路归其养护。"},
    "routing.TakeOutBody": {"reason": "现场核实，不涉及道路。"},
    "routing.MarkBody": {"key": True, "leader": "李副主任", "reason": "多人反映。"},
    "routing.RaiseBody": {"reason": "需要市级协调。"},
    "routing.TemplateBody": {"title": "已修复", "content": "您反映的“{标题}”已于{日期}修复，感谢您的监督。{承办单位}"},
    "routing.AmendBody": {"reason": "请写明完成时间。"},
    "notify.SupervisionBody": {"assignment": MEETING, "reason": "群众反映强烈，主任会议决定督办。"},
    "notify.Scheduling": {"meeting": MEETING},
    "notify.Result": {"result": "promise", "note": "会上当场承诺。", "promise": PROMISE},
    "notify.DetailsBody": {
        "kind": "reception", "title": "周二代表有约", "at": "2026-12-08T09:00:00+08:00", "ends": "2026-12-08T11:00:00+08:00",
        "brand": "周二代表有约", "theme": "社区照明", "station": "chengdong-1", "place": "联络站一楼", "slots": 12,
        "deputies": ["wx-017", "wx-018"], "departments": ["city-management"],
    },
    "notify.AnnouncementBody": {},
    "notify.PostponementBody": {"reason": "台风影响。", "at": "2026-12-15T09:00:00+08:00"},
    "notify.CancellationBody": {"reason": "无人预约。"},
    "notify.HoldingBody": {
        "deputies": ["wx-017", "wx-018"], "officials": [{"department": "city-management", "title": "局长"}], "observers": 2,
        "visitors": 14,
    },
    "notify.MinutesBody": {"minutes": "收到意见 5 件，当场答复 2 件，承诺 3 件。"},
    "notify.FollowingBody": {},
    "notify.RatingsBody": {"satisfied": 12, "basically_satisfied": 2, "dissatisfied": 0},
    "notify.ClosingBody": {},
    "notify.ThemeBody": {"title": "老旧小区停车", "source": "words", "kind": "chief", "support": 96},
    "notify.ShortlistBody": {"month": "2026-12"},
    "notify.ChoiceBody": {"session": MEETING},
    "notify.PlanBody": {
        "title": "周二代表有约", "kind": "reception", "rule": "weekly", "weekday": 2, "from": "2026-12-01", "time": "09:00",
        "length": 120, "station": "chengdong-1", "slots": 12, "deputies": ["wx-017", "wx-018"],
    },
    "notify.EntryBody": {
        "list": "work", "text": "逐户走访登记需求。", "owner": "city-management", "due": "2026-12-20T18:00:00+08:00",
    },
    "notify.YearEntryBody": {
        "station": "chengdong-1", "year": 2026, "entry": {"list": "task", "text": "全年走访一千户。", "owner": "chengdong-1"},
    },
    "notify.EntryResult": {"result": "已走访 120 户，登记需求 34 项。"},
    "notify.EntryDrop": {"reason": "与另一事项合并。"},
    "notify.YearScope": {"station": "chengdong-1", "year": 2026},
    "notify.MeetingCall": {"title": "十二月督政议事会", "at": "2026-12-28T09:00:00+08:00"},
}  # fmt: skip
