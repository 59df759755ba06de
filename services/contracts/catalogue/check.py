"""Checks a catalogue, each mistake with its line, and makes the `Catalogue` of one that has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path as FilePath
from typing import Any

from marshmallow import Schema, ValidationError

from services.contracts.catalogue import model, rules, sessions
from services.contracts.catalogue.document import Document, Path, Problem
from services.contracts.catalogue.shapes import DAY, PLACE, SECTIONS
from services.contracts.time.worktime import Closure, OfficeHours, parse_spans

Values = dict[str, Any]


def _checklist(items: Mapping[str, Values], **facts: Any) -> model.Checklist:
    return model.Checklist(items={code: model.ChecklistEntry(**each) for code, each in items.items()}, **facts)


ENTRIES: Mapping[str, Callable[..., Any]] = {
    "departments": model.Department,
    "people": model.StaffPerson,
    "topics": model.Topic,
    "areas": model.Area,
    "stations": model.Station,
    "checklists": _checklist,
    "session_kinds": sessions.SessionKind,
    "difficulties": model.Difficulty,
    "ladder": model.Rung,
    "decline_reasons": model.Reason,
}
REFERENCES: Sequence[tuple[str, str, str]] = (
    ("people", "departments", "departments"),
    ("topics", "department", "departments"),
    ("topics", "co_handlers", "departments"),
    ("topics", "difficulty", "difficulties"),
    ("ladder", "difficulties", "difficulties"),
    ("areas", "parent", "areas"),
    ("stations", "parent", "stations"),
    ("stations", "area", "areas"),
)
FALLBACKS: Mapping[str, str] = {"fallback_department": "departments", "fallback_difficulty": "difficulties"}
TREES = ("areas", "stations")


class CatalogueInvalid(ValueError):
    """A catalogue with mistakes; `problems` has every one of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def check_catalogue(text: str, read_parent: Callable[[str], str]) -> list[Problem]:
    """Every problem of a catalogue, by line; an empty list when it is clean.

    `read_parent` gives the text of the file that `extends` names; it may raise OSError or UnicodeDecodeError.
    """
    return _examine(text, read_parent)[1]


def parse_catalogue(text: str, read_parent: Callable[[str], str]) -> model.Catalogue:
    """The catalogue in `text`. Raises CatalogueInvalid when anything but warnings is found."""
    catalogue, problems = examined(text, read_parent)
    if catalogue is None:
        raise CatalogueInvalid([problem for problem in problems if problem.severity == "error"])
    return catalogue


def examined(text: str, read_parent: Callable[[str], str]) -> tuple[model.Catalogue | None, list[Problem]]:
    """The catalogue in `text`, unless it has errors, and every problem of it by line."""
    values, problems = _examine(text, read_parent)
    return (None if any(problem.severity == "error" for problem in problems) else _build(values)), problems


def load_catalogue(path: FilePath | str) -> model.Catalogue:
    """The catalogue in a UTF-8 file; `extends` is looked up beside it, where a link leads to.

    Raises CatalogueInvalid, also for a file that cannot be read.
    """
    path = FilePath(path).resolve()

    def read(name: str) -> str:
        return (path.parent / name).read_text(encoding="utf-8")

    try:
        text = read(path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueInvalid([Problem(1, "", f"cannot read {path}: {error}")]) from error
    return parse_catalogue(text, read)


def _examine(text: str, read_parent: Callable[[str], str]) -> tuple[Values, list[Problem]]:
    document = Document().read(text, read_parent)
    loaded: Values = {}
    # When the text could not be read to its end, missing sections would be noise beside the real problem.
    if document.whole:
        loaded = _load_shapes(document)
        for rule in (_check_references, _check_trees, _check_lead, _check_names, _check_keywords, _check_codes):
            rule(document, loaded)
    return loaded, sorted(set(document.problems), key=lambda problem: (problem.line, problem.path, problem.reason))


def _load_shapes(document: Document) -> Values:
    place = {key: value for key, value in document.values.items() if key not in SECTIONS}
    loaded = _load(document, (), PLACE, place)
    for section, (schema, pattern, required) in SECTIONS.items():
        entries = document.values.get(section, {})
        if not isinstance(entries, dict):
            document.note((section,), "expected a mapping of codes")
            entries = {}
        elif not entries and required:
            document.note((section,), "missing or empty section")
        loaded[section] = {}
        for code, entry in entries.items():
            if not pattern.fullmatch(code):
                document.note((section, code), f"bad code {code!r}, expected {pattern.pattern}")
            loaded[section][code] = _load(document, (section, code), schema, entry)
    _check_days(document, loaded["closures"])
    return loaded


def _load(document: Document, path: Path, schema: Schema, entry: Any) -> Values:
    """What is good of an entry; the rest becomes problems."""
    try:
        return dict(schema.load(entry))
    except ValidationError as error:
        for below, reason in _flatten(error.messages):
            document.note((*path, *below), reason)
        good = error.valid_data
        return dict(good) if isinstance(good, dict) else {}


def _flatten(messages: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(messages, dict):
        for key, below in messages.items():
            yield from _flatten(below, path if key == "_schema" else (*path, key))
    else:
        for reason in messages:
            yield path, str(reason)


def _check_days(document: Document, closures: Values) -> None:
    for written in filter(DAY.fullmatch, closures):
        try:
            date.fromisoformat(written)
        except ValueError as error:
            document.note(("closures", written), f"not a day: {error}")


def _check_references(document: Document, loaded: Values) -> None:
    for section, key, target in REFERENCES:
        for code, entry in loaded[section].items():
            named = entry.get(key)
            for index, name in enumerate(named if isinstance(named, list) else []):
                if name not in loaded[target]:
                    document.note((section, code, key, index), f"unknown: {name!r} is not among the {target}")
            if isinstance(named, str) and named not in loaded[target]:
                document.note((section, code, key), f"unknown: {named!r} is not among the {target}")
    for key, target in FALLBACKS.items():
        if key in loaded and loaded[key] not in loaded[target]:
            document.note((key,), f"unknown: {loaded[key]!r} is not among the {target}")


def _check_trees(document: Document, loaded: Values) -> None:
    for section in TREES:
        parents = {code: entry.get("parent") for code, entry in loaded[section].items()}
        settled: set[str] = set()
        for code in parents:
            way, above = {code}, parents[code]
            while above is not None and above not in way and above not in settled:
                way.add(above)
                above = parents.get(above)
            if above == code:
                document.note((section, code, "parent"), "cycle: an entry cannot be above itself")
            elif above is None or above in settled:
                settled |= way


def _check_lead(document: Document, loaded: Values) -> None:
    for code, topic in loaded["topics"].items():
        helpers = topic.get("co_handlers", [])
        for index, name in enumerate(helpers):
            if name == topic.get("department") or name in helpers[:index]:
                document.note(("topics", code, "co_handlers", index), f"{name!r} already handles this topic")


def _check_names(document: Document, loaded: Values) -> None:
    owners: dict[str, str] = {}
    for code, topic in loaded["topics"].items():
        named: list[tuple[Path, str]] = [((), code)]
        named += [((key,), topic[key]) for key in ("name", "name_en") if key in topic]
        named += [(("aliases", index), alias) for index, alias in enumerate(topic.get("aliases", []))]
        for below, name in named:
            owner = owners.setdefault(name.strip().casefold(), code)
            if owner != code:
                document.note(("topics", code, *below), f"{name!r} already names the topic {owner!r}")


def _check_keywords(document: Document, loaded: Values) -> None:
    owners: dict[str, str] = {}
    for code, topic in loaded["topics"].items():
        for index, word in enumerate(topic.get("keywords", [])):
            owner = owners.setdefault(word.casefold(), code)
            place: Path = ("topics", code, "keywords", index)
            if owner != code:
                document.note(place, f"keyword {word!r} also points to the topic {owner!r}", "warning")
            elif word in topic["keywords"][:index]:
                document.note(place, f"keyword {word!r} stands here twice", "warning")


def _check_codes(document: Document, loaded: Values) -> None:
    owners: dict[str, str] = {}
    for code, station in loaded["stations"].items():
        if (qr := station.get("qr")) and (owner := owners.setdefault(qr, code)) != code:
            document.note(("stations", code, "qr"), f"the station {owner!r} has this code already")


def _build(values: Values) -> model.Catalogue:
    for section, entry_of in ENTRIES.items():
        values[section] = {code: entry_of(code=code, **_tuples(entry)) for code, entry in values[section].items()}
    hours = values["office_hours"]
    values["office_hours"] = OfficeHours(parse_spans(hours["spans"]), hours.get("every_day", False))
    values["closures"] = {date.fromisoformat(day): Closure(**why) for day, why in values["closures"].items()}
    values["statistics"] = rules.Statistics(**values.get("statistics", {}))
    values["limits"] = rules.Limits(**values.get("limits", {}))
    values["learning"] = rules.LearningRules(**values.get("learning", {}))
    values["duties"] = rules.DutyTimes(**values.get("duties", {}))
    return model.Catalogue(**values)


def _tuples(entry: Values) -> Values:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
