"""Descriptions of the properties and parameters of deputies, groups and stations in the API."""

from __future__ import annotations

from collections.abc import Mapping

CONSTITUENCY_WORDS: Mapping[str, str] = {
    "deputy": "The code of a deputy of the register.",
    "intake.Submission.deputy": "The deputy who brings it: the code or the name of one of the register, where one is kept.",
    "group": "The code of a group of deputies.",
    "groups": "The codes of the groups.",
    "areas": "The codes of areas of the catalogue.",
    "stations": "The codes of stations of the catalogue.",
    "topics": "The codes of topics of the catalogue.",
    "term": "The term of the congress, such as 第十七届.",
    "identity": "Who the deputy is, as they show it to the public.",
    "duties": "What the deputy takes care of, as they show it to the public.",
    "intake.DeputyBody.promise": "What the deputy promises the public.",
    "intake.DeputyShape.promise": "What the deputy promises the public.",
    "results": "What the deputy has achieved, as they show it to the public.",
    "counterpart": "The committee that the group works with.",
    "members": "How many active deputies belong to it.",
    "parent": "The code of the station above it; none for a central one.",
    "depth": "How far down in the tree it is: 1 for what has none above.",
    "below": "How many stations there are below it in the tree.",
    "deputies": "How many active deputies are responsible for it.",
    "opening": "When it is open, in words.",
    "brand": "What its programme is called.",
    "mobile": "Whether it is a mobile station.",
    "position": "Where it stands.",
    "checklists": "The checklists it is held to.",
    "checklist": "The code of a checklist of the catalogue.",
    "item": "The code of an item of the checklist.",
    "met": "How many items it meets.",
    "intake.ChecklistShape.of": "How many items there are.",
    "intake.FullChecklist.of": "How many items there are.",
    "complete": "Whether it meets every item.",
    "met_since": "The day since when it meets the item; none where it does not.",
    "checked_by": "Who has checked it.",
}
