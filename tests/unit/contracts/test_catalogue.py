"""The catalogue's checker names the line of every kind of mistake; the shipped catalogues have none."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.contracts.catalogue.check import CatalogueInvalid, check_catalogue, load_catalogue, parse_catalogue
from services.contracts.catalogue.model import CHANNELS, DEADLINE_KINDS
from services.contracts.messages.values import Outcome

DEPLOY = Path(__file__).parents[3] / "deploy"
SHIPPED = ["catalogue.yml", "catalogue.fast.yml"]
SEVEN = ["城乡建设", "劳动和社会保障", "教育文体", "商贸旅游", "环境保护", "卫生计生", "交通运输"]
#: Eight lines that say millions of values.
BOMB = "k0: &a0 [x]\n" + "".join(f"k{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 8))

GOOD = """\
name: 小县
name_en: Small County
timezone: Asia/Shanghai
office_hours: {spans: ["08:30-17:30"]}
fallback_department: petitions
fallback_difficulty: simple
acceptance:
  {web: automatic, qr: automatic, station: automatic, mobile_station: automatic, hotline: automatic,
   deputy: automatic, meeting: review, campaign: review, open311: review, import: automatic}
letters: {solved: A, in_progress: B, planned: B, deferred: C, reference: D, declined: D}
difficulties:
  simple:
    name: 小事
    name_en: Small
    deadlines:
      {review: 1wd, sign: 1wd, object: 7wd, contact: 1wd, co_opinion: 3wd, reply: 5wd, rework: 5wd,
       evaluation: 20wd, extension: 10wd}
departments:
  petitions: {name: 信访局, name_en: Petitions}
  water: {name: 水利局, name_en: Water}
topics:
  rivers: {name: 河道, name_en: Rivers, department: water, difficulty: simple, keywords: [河道], aliases: [江河]}
  other:
    name: 其他
    name_en: Other
    department: petitions
    co_handlers: [water]
    difficulty: simple
    keywords: [其他]
areas:
  county: {name: 小县, name_en: County}
  town: {name: 小镇, name_en: Town, parent: county}
stations:
  central: {name: 中心站, area: county}
  town-1: {name: 一站, area: town, parent: central}
ladder:
  half: {name: 提醒, name_en: Half, of: reply, half: true, action: reminder, to: [department]}
  red: {name: 红牌, name_en: Red, of: reply, after: 1wd, action: card, card: red, to: [department]}
decline_reasons:
  unclear: {name: 不清, name_en: Unclear, advice: 请补充, advice_en: Say more}
closures:
  2026-03-12: {name: 植树, name_en: Trees}
"""


def no_parent(name: str) -> str:
    raise FileNotFoundError(name)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def read_shipped(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def test_a_good_catalogue_has_no_problem():
    assert check_catalogue(GOOD, no_parent) == []


MISTAKES = [
    # (what is replaced, by what, where the line is, path, part of the reason)
    ("name_en: Water}", "name_en: Water, phone: 1}", "phone: 1", "departments.water.phone", "Unknown field"),
    ("timezone: Asia/Shanghai\n", "timezone: Asia/Shanghai\ncolour: red\n", "colour", "colour", "Unknown field"),
    ("name: 水利局, ", "", "water: {name_en", "departments.water.name", "Missing data"),
    ("fallback_department: petitions\n", "", "name: 小县", "fallback_department", "Missing data"),
    ("fallback_department: petitions", "fallback_department: nobody", "nobody", "fallback_department", "unknown: 'nobody'"),
    ("fallback_difficulty: simple", "fallback_difficulty: hard", "hard", "fallback_difficulty", "unknown: 'hard'"),
    ("  water: {", "  Water_1: {", "Water_1", "departments.Water_1", "bad code"),
    ("  water: {", "  petitions: {name: 二}\n  water: {", "petitions: {name: 二", "departments.petitions", "duplicate key"),
    ("department: water", "department: fire", "fire", "topics.rivers.department", "unknown: 'fire'"),
    ("co_handlers: [water]", "co_handlers: [water, fire]", "fire", "topics.other.co_handlers.1", "unknown: 'fire'"),
    ("co_handlers: [water]", "co_handlers: [petitions]", "co_handlers", "topics.other.co_handlers.0", "already handles"),
    ("    difficulty: simple", "    difficulty: hard", "hard", "topics.other.difficulty", "unknown: 'hard'"),
    ("    keywords: [其他]", "    keywords: []", "keywords: []", "topics.other.keywords", "Shorter than minimum"),
    ("    keywords: [其他]", "    keywords: 其他", "keywords: 其他", "topics.other.keywords", "Not a valid list"),
    ("    keywords: [其他]", "    aliases: [江河]\n    keywords: [他]", "aliases: [江河]\n", "topics.other.aliases.0", "already"),
    ("    name: 其他", "    name: 河道", "name: 河道\n", "topics.other.name", "already names the topic 'rivers'"),
    ("    keywords: [其他]", "    keywords: [其他, 河道]", "keywords: [其他, 河道]", "topics.other.keywords.1", "also points to"),
    ("parent: county", "parent: moon", "moon", "areas.town.parent", "unknown: 'moon'"),
    ("area: town,", "area: moon,", "moon", "stations.town-1.area", "unknown: 'moon'"),
    ("parent: central", "parent: moon", "moon", "stations.town-1.parent", "unknown: 'moon'"),
    ("timezone: Asia/Shanghai", f"timezone: {'9' * 5000}", "timezone:", "timezone", "unknown time zone"),
    ("area: county}", "area: county, parent: central}", "parent: central}\n  town-1", "stations.central.parent", "cycle"),
    ("sign: 1wd", "sign: 1 day", "1 day", "difficulties.simple.deadlines.sign", "not a duration: '1 day'"),
    ("evaluation: 20wd, ", "", "deadlines:", "difficulties.simple.deadlines.evaluation", "Missing data"),
    ("half: true, ", "", "half: {name", "ladder.half", "exactly one of"),
    ("after: 1wd,", "after: 1wd, before: 1wd,", "red: {name", "ladder.red", "exactly one of"),
    ("after: 1wd,", "after: soon,", "soon", "ladder.red.after", "not a duration"),
    ("card: red, ", "", "red: {name", "ladder.red.card", "card names the colour"),
    ("action: reminder, ", "", "half: {name", "ladder.half.action", "Missing data"),
    ("of: reply, half", "of: lunch, half", "lunch", "ladder.half.of", "Must be one of"),
    ("to: [department]}\n  red", "to: [mayor]}\n  red", "mayor", "ladder.half.to.0", "Must be one of"),
    ("open311: review, ", "", "acceptance", "acceptance.open311", "Missing data"),
    ("qr: automatic", "qr: maybe", "maybe", "acceptance.qr", "Must be one of"),
    ("planned: B, ", "", "letters", "letters.planned", "Missing data"),
    ("Asia/Shanghai", "Asia/Atlantis", "Atlantis", "timezone", "unknown time zone"),
    ('"08:30-17:30"', '"17:30-08:30"', "17:30", "office_hours.spans", "run forwards"),
    ("advice: 请补充, ", "", "unclear:", "decline_reasons.unclear.advice", "Missing data"),
    ("2026-03-12", "2026-02-30", "2026-02-30", "closures.2026-02-30", "not a day"),
    ("2026-03-12", "Tuesday", "Tuesday", "closures.Tuesday", "bad code"),
    ("name_en: Small County", "name_en: 7", "name_en: 7", "name_en", "Not a valid string"),
    ("stations:\n", "stations: nowhere\nunused:\n", "stations: nowhere", "stations", "expected a mapping"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "path", "reason"), MISTAKES)
def test_every_kind_of_mistake_is_reported_on_its_line(old, new, where, path, reason):
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    found = [problem for problem in check_catalogue(text, no_parent) if problem.path == path]
    assert [(problem.line, reason in problem.reason) for problem in found] == [(line_of(text, where), True)], found


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file():
    text = GOOD.replace("Asia/Shanghai", "Mars").replace("department: water", "department: fire").replace("after: 1wd", "after: x")
    problems = check_catalogue(text, no_parent)
    assert [problem.path for problem in problems] == ["timezone", "topics.rivers.department", "ladder.red.after"]


def test_a_missing_section_is_reported():
    text = GOOD[: GOOD.index("ladder:")] + GOOD[GOOD.index("decline_reasons:") :]
    assert [(problem.path, problem.reason) for problem in check_catalogue(text, no_parent)] == [
        ("ladder", "missing or empty section")
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("name: x\nname_en: ]\n", 2, "not YAML"),
        ("name: x\n\tbad: y\n", 2, "not YAML"),
        ("", 1, "empty"),
        ("- a\n- b\n", 1, "has to be a mapping"),
        ("name: &a [*a]\n", 1, "nested too deeply"),
        ("name: \x00", 1, "not YAML"),
        ("[" * 5000, 1, "not YAML"),
        ("name: &a [x]\nk: [*a, *b]", 2, "not YAML"),
        (BOMB, 1, "more than 100000 values"),
    ],
)
def test_a_text_that_is_no_catalogue_is_reported_instead_of_failing(text, line, reason):
    (problem,) = check_catalogue(text, no_parent)
    assert (problem.line, reason in problem.reason) == (line, True), problem


def test_shared_keywords_are_warnings_and_do_not_stop_a_catalogue():
    text = GOOD.replace("keywords: [其他]", "keywords: [其他, 河道]")
    assert [problem.severity for problem in check_catalogue(text, no_parent)] == ["warning"]
    assert len(parse_catalogue(text, no_parent).topics) == 2


def test_a_file_can_override_parts_of_another():
    child = """\
extends: good.yml
name: 邻县
difficulties: {simple: {deadlines: {reply: 7wd}}}
topics: {other: null, rivers: {keywords: [水]}}
"""
    assert check_catalogue(child, {"good.yml": GOOD}.__getitem__) == []
    catalogue = parse_catalogue(child, {"good.yml": GOOD}.__getitem__)
    deadlines = catalogue.difficulties["simple"].deadlines
    assert (catalogue.name, catalogue.name_en) == ("邻县", "Small County")
    assert (str(deadlines["reply"]), str(deadlines["sign"])) == ("7wd", "1wd")
    assert {code: topic.keywords for code, topic in catalogue.topics.items()} == {"rivers": ("水",)}


def test_a_mistake_in_the_extended_file_is_reported_where_it_is_extended():
    parent = GOOD.replace("department: water", "department: fire")
    (problem,) = check_catalogue("name: 邻县\nextends: good.yml\n", {"good.yml": parent}.__getitem__)
    assert problem.line == 2
    assert f"in good.yml, line {line_of(parent, 'fire')}" in problem.reason


def test_a_mistake_in_the_overriding_file_is_reported_on_its_own_line():
    child = "extends: good.yml\ntopics:\n  rivers:\n    department: fire\n"
    (problem,) = check_catalogue(child, {"good.yml": GOOD}.__getitem__)
    assert (problem.line, problem.path) == (4, "topics.rivers.department")


def test_what_cannot_be_extended_is_reported():
    (missing,) = check_catalogue("name: x\nextends: nowhere.yml\n", no_parent)
    assert (missing.line, "cannot read nowhere.yml" in missing.reason) == (2, True)
    loop = "extends: loop.yml\n"
    (problem,) = check_catalogue(loop, {"loop.yml": loop}.__getitem__)
    assert (problem.line, "extends itself" in problem.reason) == (1, True)


def test_a_file_that_cannot_be_read_is_an_invalid_catalogue(tmp_path):
    (tmp_path / "latin.yml").write_bytes("name: Zürich".encode("latin-1"))
    for name in ("nowhere.yml", "latin.yml"):
        with pytest.raises(CatalogueInvalid, match="cannot read"):
            load_catalogue(tmp_path / name)


def test_an_invalid_catalogue_says_all_its_problems():
    with pytest.raises(CatalogueInvalid, match=r"line 3: timezone: unknown time zone") as raised:
        parse_catalogue(GOOD.replace("Asia/Shanghai", "Mars").replace("after: 1wd", "after: x"), no_parent)
    assert len(raised.value.problems) == 2


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_catalogues_are_clean(name):
    assert check_catalogue(read_shipped(name), read_shipped) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_county_is_complete(name):
    catalogue = load_catalogue(DEPLOY / name)
    assert len(catalogue.departments) >= 24
    assert {"water", "transport", "housing", "education", "health", "environment"} <= set(catalogue.departments)
    assert len(catalogue.topics) >= 60
    assert min(len(topic.keywords) for topic in catalogue.topics.values()) >= 6
    assert set(catalogue.acceptance) == set(CHANNELS)
    assert catalogue.acceptance["web"] == "automatic"
    assert set(catalogue.letters) == {outcome.value for outcome in Outcome}
    assert {"simple", "ordinary", "suggestion"} <= set(catalogue.difficulties)
    assert all(set(level.deadlines) == set(DEADLINE_KINDS) for level in catalogue.difficulties.values())


def test_the_stations_are_one_twenty_and_sixty():
    stations = load_catalogue(DEPLOY / "catalogue.yml").stations
    above = {code: station.parent for code, station in stations.items()}
    roots = [code for code, parent in above.items() if parent is None]
    towns = [code for code, parent in above.items() if parent in roots]
    assert (len(roots), len(towns), len([parent for parent in above.values() if parent in towns])) == (1, 20, 60)
    assert len({station.name for station in stations.values()}) == 81


def test_the_seven_categories_of_other_systems_have_seven_topics():
    catalogue = load_catalogue(DEPLOY / "catalogue.yml")
    topics = [catalogue.topic_of(name) for name in SEVEN]
    assert len({topic.code for topic in topics if topic}) == 7


def test_a_topic_is_known_by_code_name_and_alias():
    catalogue = parse_catalogue(GOOD, no_parent)
    found = [catalogue.topic_of(text) for text in ("rivers", "河道", " RIVERS ", "江河")]
    assert found == [catalogue.topics["rivers"]] * 4
    assert catalogue.topic_of("月亮") is None


def test_without_a_topic_the_fallback_difficulty_applies():
    catalogue = load_catalogue(DEPLOY / "catalogue.yml")
    assert catalogue.deadlines_for(None).code == "ordinary"
    assert catalogue.deadlines_for(catalogue.topics["street-lights"]).code == "simple"


def test_the_calendar_keeps_the_closures_of_the_place():
    catalogue = load_catalogue(DEPLOY / "catalogue.yml")
    assert not catalogue.calendar.is_working_day(date(2026, 3, 12))
    assert catalogue.calendar is catalogue.calendar


def test_the_shipped_ladder_climbs_in_order():
    catalogue = load_catalogue(DEPLOY / "catalogue.yml")
    assert [rung.code for rung in catalogue.ladder.values() if rung.of == "reply"] == [
        "half-time", "three-days", "yellow", "red", "urge", "supervise", "criticise", "summon", "raise",
    ]  # fmt: skip
    cards = {rung.code: rung.card for rung in catalogue.ladder.values() if rung.card}
    assert cards == {"yellow": "yellow", "red": "red", "promise-broken": "red"}


@pytest.mark.parametrize("difficulty", ["simple", "ordinary", "suggestion"])
def test_the_fast_county_reaches_its_red_card_within_25_seconds_even_on_a_holiday(difficulty):
    catalogue = load_catalogue(DEPLOY / "catalogue.fast.yml")
    start = datetime(2026, 10, 1, 3, tzinfo=ZoneInfo("Asia/Shanghai"))
    deadlines, calendar = catalogue.difficulties[difficulty].deadlines, catalogue.calendar
    due = calendar.due(start, deadlines["reply"]).at
    half = calendar.next_opening(calendar.half_way(start, due))
    reminder, yellow = (
        calendar.next_opening(calendar.before(due, catalogue.ladder[code].before)) for code in ("three-days", "yellow")
    )
    red = calendar.next_opening(calendar.after(due, catalogue.ladder["red"].after))
    assert start < half < reminder < yellow < due < red
    assert (red - start).total_seconds() <= 25
    assert deadlines["evaluation"].elapsed.total_seconds() >= 60
