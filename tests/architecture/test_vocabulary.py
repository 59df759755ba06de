"""What a code is called stands in the vocabulary, and nowhere else is there a second table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import get_args

import pytest

from docs.generator.product import ROOT
from services.contracts import sessions
from services.contracts.basis import Basis
from services.contracts.catalogue.model import CHANNELS, LADDER_KINDS, LEVELS
from services.contracts.lifecycle import CoState, State
from services.contracts.messages.sessions import EntryList, ListName
from services.contracts.messages.values import Contact, Outcome, RaisedBy, Rating, Role
from services.contracts.people import callers
from services.contracts.words import of_sessions as session_words
from services.contracts.words import people, vocabulary
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import STEPS, TABLES
from services.intake.domain.submission.submission import VISIBILITIES
from services.notify.domain.kept import DeadlineState

MODULES = (vocabulary, people, session_words)
HERE = {ROOT / f"{module.__name__.replace(chr(46), chr(47))}.py" for module in MODULES}
WHERE = ("services", "benchmarks", "docs", "examples")
SOURCES = {
    str(path.relative_to(ROOT)): path for folder in WHERE for path in sorted((ROOT / folder).rglob("*.py")) if path not in HERE
}
TEMPLATES = sorted((ROOT / "services").rglob("*.html"))
CHINESE = re.compile("[\u4e00-\u9fff]")
CODES: Mapping[str, frozenset[str]] = {kind: frozenset(map(str, table)) for kind, table in TABLES.items()}
#: How code writes the members of the enumerations.
MEMBERS = {
    f"{shape.__name__}.{member.name}": str(member)
    for shape in (State, CoState, Outcome, Rating, RaisedBy, Basis)
    for member in shape
}
IN_A_TEMPLATE = re.compile(r"\{\s*((?:['\"]\w+['\"]\s*:\s*['\"][^'\"]*['\"]\s*,?\s*)+)\}")


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("state", State), ("state beside the lead", CoState), ("outcome", Outcome), ("rating", Rating),
        ("cause of a raise", RaisedBy), ("basis of an assignment", Basis), ("channel", CHANNELS), ("level", LEVELS),
        ("visibility", VISIBILITIES), ("role", get_args(Role)), ("role of a token", callers.Role),
        ("contact", get_args(Contact)), ("deadline", LADDER_KINDS),
        ("state of a deadline", get_args(DeadlineState)), ("state of a session", sessions.SessionState),
        ("move of a session", sessions.SessionMove), ("rule of a session", sessions.SessionRule),
        ("list of a session", get_args(ListName)), ("list of an entry", get_args(EntryList)),
    ],
)  # fmt: skip
def test_every_member_has_one_chinese_and_one_english_text(kind: str, members: tuple[str, ...]) -> None:
    assert list(TABLES[kind]) == list(members)


@pytest.mark.parametrize("kind", TABLES)
def test_the_texts_of_a_table_tell_its_codes_apart(kind: str) -> None:
    for texts in zip(*TABLES[kind].values(), strict=True):
        assert all(text.strip() for text in texts)
        assert len(set(texts)) == len(texts)


#: Tables of tables, and of more than words.
SUMS = (TABLES, vocabulary.STANDINGS, people.TABLES, session_words.TABLES)


def test_every_table_is_listed() -> None:
    tables = [value for module in MODULES for name, value in vars(module).items() if name.isupper() and isinstance(value, Mapping)]
    assert [each for each in tables if each not in SUMS] == list(TABLES.values())
    assert {state.step for state in State} == set(range(len(STEPS) + 1))


def code_of(key: ast.expr | None) -> str | None:
    """The code that a key of a table stands for."""
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return key.value
    return None if key is None else MEMBERS.get(ast.unparse(key))


def is_second(codes: set[str], texts: str) -> bool:
    """Whether a table with these codes and texts says again what the vocabulary says."""
    return len(codes) > 1 and bool(CHINESE.search(texts)) and any(codes <= known for known in CODES.values())


def second_tables(tree: ast.AST) -> Iterator[str]:
    """Every table of a module that gives codes of one kind Chinese texts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            found = [code_of(key) for key in node.keys]
            texts = "".join(str(each.value) for value in node.values for each in ast.walk(value) if isinstance(each, ast.Constant))
            if all(found) and is_second({code for code in found if code is not None}, texts):
                yield f"line {node.lineno}: {', '.join(filter(None, found))}"


@pytest.fixture(scope="module")
def trees() -> Mapping[str, ast.Module]:
    """Every module by its path."""
    return {name: ast.parse(path.read_text()) for name, path in SOURCES.items()}


def test_no_module_has_a_second_table(trees: Mapping[str, ast.Module]) -> None:
    assert [f"{name} {found}" for name, tree in trees.items() for found in second_tables(tree)] == []


def test_no_template_has_a_second_table() -> None:
    tables = [(path.name, table) for path in TEMPLATES for table in IN_A_TEMPLATE.findall(path.read_text())]
    assert [each for each in tables if is_second(set(re.findall(r"['\"](\w+)['\"]\s*:", each[1])), each[1])] == []


#: Short words say many things; these are what only the vocabulary can mean.
LONG = {words.zh for table in TABLES.values() for words in table.values() if len(words.zh) > 7}
LONG |= {standing.meaning.zh for standing in vocabulary.STANDINGS.values()}


def test_what_only_the_vocabulary_can_mean_is_written_there_alone(trees: Mapping[str, ast.Module]) -> None:
    texts = (
        (name, node.value)
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    assert [found for found in texts if found[1] in LONG] == []


def test_words_in_one_line_have_both_languages() -> None:
    words = Words("<甲>", "a & b")
    assert (words.line, words.label) == ("<甲> · a & b", "<甲> a & b")
