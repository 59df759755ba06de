"""What is called what about sessions with people: their states, what happens to them, their rules, themes and lists."""

from __future__ import annotations

from collections.abc import Mapping

from services.contracts.words.bilingual import Words

SESSION_STATES: Mapping[str, Words] = {
    "planned": Words("计划中", "Planned"),
    "announced": Words("已公告", "Announced"),
    "postponed": Words("延期", "Postponed"),
    "cancelled": Words("已取消", "Cancelled"),
    "held": Words("已举行", "Held"),
    "minuted": Words("已形成纪要", "Minutes written"),
    "followed": Words("事项已办结", "Followed up"),
    "evaluated": Words("已评议", "Rated"),
    "closed": Words("已结束", "Closed"),
}
SESSION_MOVES: Mapping[str, Words] = {
    "change": Words("修改", "Change"),
    "announce": Words("发布公告", "Announce"),
    "postpone": Words("延期", "Postpone"),
    "cancel": Words("取消", "Cancel"),
    "hold": Words("登记举行情况", "Record that it was held"),
    "minutes": Words("登记纪要", "Enter the minutes"),
    "follow": Words("确认事项办结", "All followed up"),
    "evaluate": Words("登记评议结果", "Enter the ratings"),
    "close": Words("结束", "Close"),
}
SESSION_RULES: Mapping[str, Words] = {
    "notice": Words("提前公告时间不足", "announced too late"),
    "deputies": Words("到场代表人数不足", "too few deputies present"),
    "officials": Words("到场负责人人数不足", "too few heads of departments present"),
    "minutes": Words("纪要逾期", "minutes too late"),
    "followed": Words("仍有事项未办结", "not everything has ended"),
    "evaluation": Words("未作评议", "not rated"),
}
PLAN_RULES: Mapping[str, Words] = {
    "weekly": Words("每周", "every week"),
    "fortnightly": Words("每两周", "every second week"),
    "monthly": Words("每月", "every month"),
    "dates": Words("指定日期", "on days of a list"),
}
PLAN_SHIFTS: Mapping[str, Words] = {
    "next": Words("顺延到下一个工作日", "to the next working day"),
    "previous": Words("提前到上一个工作日", "to the working day before"),
    "none": Words("照常举行", "not at all"),
}
WEEKDAYS: Mapping[str, Words] = {
    "1": Words("星期一", "Monday"),
    "2": Words("星期二", "Tuesday"),
    "3": Words("星期三", "Wednesday"),
    "4": Words("星期四", "Thursday"),
    "5": Words("星期五", "Friday"),
    "6": Words("星期六", "Saturday"),
    "7": Words("星期日", "Sunday"),
}
THEME_STATES: Mapping[str, Words] = {
    "suggested": Words("建议", "Suggested"),
    "shortlisted": Words("入围", "Shortlisted"),
    "chosen": Words("已选定", "Chosen"),
    "held": Words("已举行", "Held"),
    "dropped": Words("未采用", "Dropped"),
}
THEME_SOURCES: Mapping[str, Words] = {
    "words": Words("热词", "rising words"),
    "person": Words("有人建议", "somebody's suggestion"),
    "plan": Words("年度计划", "a plan"),
}
LISTS: Mapping[str, Words] = {
    "problem": Words("问题清单", "Problems"),
    "measure": Words("措施清单", "Measures"),
    "promise": Words("承诺清单", "Promises"),
    "result": Words("结果清单", "Results"),
    "work": Words("工作清单", "Work"),
}
ENTRY_LISTS: Mapping[str, Words] = {
    "problem": LISTS["problem"],
    "measure": LISTS["measure"],
    "work": LISTS["work"],
    "task": Words("任务清单", "Tasks"),
}
ENTRY_STATES: Mapping[str, Words] = {
    "open": Words("未完成", "to be done"),
    "done": Words("已完成", "done"),
    "dropped": Words("不再办理", "dropped"),
}
#: How a question was answered that was asked at a session.
SPOT: Mapping[str, Words] = {
    "answer": Words("当场答复", "answered on the spot"),
    "promise": Words("当场承诺", "answered with a promise"),
}
#: Where the booking of a slot stands.
BOOKINGS: Mapping[str, Words] = {
    "made": Words("已预约", "booked"),
    "cancelled": Words("已取消", "cancelled"),
    "attended": Words("已到场", "has come"),
    "missed": Words("未到场", "has not come"),
}

#: Every table by what its codes are of.
TABLES: Mapping[str, Mapping[str, Words]] = {
    "state of a session": SESSION_STATES,
    "move of a session": SESSION_MOVES,
    "rule of a session": SESSION_RULES,
    "rule of a plan": PLAN_RULES,
    "shift of a plan": PLAN_SHIFTS,
    "day of the week": WEEKDAYS,
    "state of a theme": THEME_STATES,
    "source of a theme": THEME_SOURCES,
    "list of a session": LISTS,
    "list of an entry": ENTRY_LISTS,
    "state of an entry": ENTRY_STATES,
    "answer on the spot": SPOT,
    "state of a booking": BOOKINGS,
}
