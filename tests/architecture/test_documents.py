"""Documents say what the code does: generated ones are fresh, written ones name only what is there."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from docs import generate
from docs.generator import openapi
from docs.generator.examples import EXAMPLES
from docs.generator.product import ROOT, api_routes, process_routes
from docs.generator.wording import ALL, LISTS
from services import VERSION
from services.console.main import COMMANDS

READMES = ("README.md", "README.zh-CN.md")
ADRS = sorted((ROOT / "docs/adr").glob("*.md"))
FORMAL = [ROOT / path for path in generate.DOCUMENTS]


def read(path: str) -> str:
    """The text of a file of the project."""
    return (ROOT / path).read_text()


def test_the_generated_documents_are_what_the_code_says() -> None:
    assert generate.stale(generate.render()) == []


def test_the_check_ends_with_one_and_names_what_differs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from docs import generate

    monkeypatch.setitem(generate.PAGES, "docs/metrics.md", lambda: "something else")
    assert generate.main(["--check"]) == 1
    assert "docs/metrics.md" in capsys.readouterr().err


def test_the_laws_of_the_packages_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def references(document: Any) -> set[str]:
    """Every `$ref` of a document."""
    if isinstance(document, dict):
        own = {document["$ref"]} if isinstance(document.get("$ref"), str) else set()
        return own.union(*(references(inner) for inner in document.values()))
    return set().union(*(references(inner) for inner in document)) if isinstance(document, list) else set()


@pytest.mark.parametrize("path", FORMAL, ids=lambda path: path.name)
def test_every_reference_of_a_formal_document_leads_somewhere(path: Path) -> None:
    document = orjson.loads(path.read_bytes())
    for reference in references(document):
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_the_openapi_document_has_every_address_once() -> None:
    document = orjson.loads(read("services/contracts/openapi.json"))
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    named = [operation["operationId"] for operation in operations if "operationId" in operation]
    assert len(named) == len(set(named)) == len(operations) == len(api_routes()) + len(process_routes())


def described(place: str, node: Any) -> Iterator[tuple[str, bool]]:
    """(where, whether it has a description) of every property and every parameter of a document."""
    if isinstance(node, dict):
        for name, inner in node.items():
            # A field may be called so, too.
            if name == "properties" and isinstance(inner, dict) and not place.endswith(".properties"):
                yield from ((f"{place}.{each}", bool(shape.get("description"))) for each, shape in inner.items())
            if name == "parameters" and isinstance(inner, list):
                yield from ((f"{place} {each['name']}", bool(each.get("description"))) for each in inner if "name" in each)
            # An example may have a field of any name.
            yield from described(f"{place}.{name}", inner) if name != "example" else ()
    elif isinstance(node, list):
        for inner in node:
            yield from described(place, inner)


def test_every_property_and_parameter_of_the_api_has_a_description() -> None:
    found = list(described("", openapi.document()))
    assert len(found) > 500
    assert [place for place, told in found if not told] == [], "say in docs/generator/words.py or in the field's metadata"


def test_no_words_are_left_over() -> None:
    used = {place.replace(" ", ".").rpartition(".")[2] for place, _ in described("", openapi.document())}
    assert [name for name in ALL if name.rpartition(".")[2] not in used] == []


def test_no_words_stand_in_place_of_others() -> None:
    assert sum(map(len, LISTS)) == len(ALL)


def enumerations(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema of a document that lists its values."""
    if isinstance(node, dict):
        yield from [node] if isinstance(node.get("enum"), list) else []
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from enumerations(inner)


@pytest.mark.parametrize("path", FORMAL, ids=lambda path: path.name)
def test_a_list_of_values_has_the_values_of_its_type_and_nothing_else(path: Path) -> None:
    found = list(enumerations(orjson.loads(path.read_bytes())))
    assert found
    assert [each for each in found if each.get("type") != "string" or {type(value) for value in each["enum"]} != {str}] == []


BODIES = {f"{name}.{route.body.__name__.removesuffix('Schema')}": route.body for name, route in api_routes() if route.body}


@pytest.mark.parametrize("name", sorted(BODIES))
def test_every_body_has_an_example_that_its_schema_takes(name: str) -> None:
    BODIES[name]().load(orjson.loads(orjson.dumps(EXAMPLES[name])))


def test_every_example_is_used() -> None:
    taken = {kind for _, route in api_routes() for kind in route.takes}
    assert set(EXAMPLES) <= set(BODIES) | taken
    assert {kind for kind in taken if not kind.startswith(("image/", "multipart/", "application/vnd."))} <= set(EXAMPLES)


def test_every_answer_says_its_headers_and_every_201_where_what_was_made_is() -> None:
    assert [route.path for _, route in api_routes() if (201 in route.answers) != bool(route.made)] == []
    document = openapi.document()
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    answers = [(status, answer) for operation in operations for status, answer in operation["responses"].items()]
    assert [answer for _, answer in answers if "$ref" not in answer and "X-Request-ID" not in answer.get("headers", {})] == []
    assert [answer for status, answer in answers if status == "201" and "Location" not in answer["headers"]] == []
    problems = document["components"]["responses"]
    assert "WWW-Authenticate" in problems["NotSignedIn"]["headers"]
    assert all("Retry-After" in problems[name]["headers"] for name in ("TooMany", "Unavailable", "AtCapacity"))


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_names_only_commands_that_there_are(readme: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    text = read(readme)
    made = set(re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z-]+)", text)) | set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE))
    typed = set(re.findall(r"`huiying ([a-z]+)", text)) | set(re.findall(r"^huiying ([a-z]+)", text, re.MULTILINE))
    assert {"demo", "test"} <= made <= targets
    assert typed <= COMMANDS.keys()


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_leads_to_files_and_settings_that_there_are(readme: str) -> None:
    text = read(readme)
    links = [link for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
    assert [name for name in re.findall(r"\bHUIYING_[A-Z_]+\b", text) if name not in read("docs/configuration.md")] == []


def test_both_readmes_show_the_same_commands() -> None:
    english, chinese = (re.findall(r"```(?:sh|console)\n(.*?)```", read(readme), re.DOTALL) for readme in READMES)
    assert [commands(block) for block in english] == [commands(block) for block in chinese]


def commands(block: str) -> list[str]:
    """The commands of a block, without what is said about them."""
    return [line.split("#")[0].strip() for line in block.splitlines()]


def test_decisions_are_numbered_and_say_their_status_context_decision_and_consequences() -> None:
    numbers = [int(path.name[:4]) for path in ADRS]
    assert numbers == sorted(set(numbers))
    for path in ADRS:
        text = path.read_text()
        assert text.startswith(f"# {int(path.name[:4])}. "), path.name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Status", "Context", "Decision", "Consequences"], path.name
        assert re.search(r"## Status\n\n(Accepted|Superseded by \[)", text), path.name


def test_the_changelog_has_the_version_of_the_project() -> None:
    attribute = tomllib.loads(read("pyproject.toml"))["tool"]["setuptools"]["dynamic"]["version"]["attr"]
    assert attribute == "services.VERSION"
    assert "## [Unreleased]" in read("CHANGELOG.md")
    assert f"## [{VERSION}]" in read("CHANGELOG.md")
