"""What pages say stands in the catalogues, in both languages: no text is in a template or a table that pages read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.generator.product import ROOT
from docs.generator.texts import OWNERS, catalogue, kept, path_of, untranslated
from tests.cells import each_of

HANZI = re.compile("[\u3400-\u9fff]")
TEMPLATES = sorted((ROOT / "services").rglob("templates/**/*.html"))
#: The code of pages; what the contracts call things is the product's glossary, which letters, statistics and the API share.
PAGES = sorted(
    path
    for folder in ("design", "runtime/web", "accounts", "intake/pages", "metrics/pages", "notify/pages")
    for path in ([ROOT / "services" / folder] if folder.endswith(".py") else (ROOT / "services" / folder).rglob("*.py"))
)
#: Said in its own language whatever the page's is: the switch, and what names products or formats.
OWN = {"中文", "English"}
_BLOCK = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(r"<[^>]*>", re.DOTALL)
_READ = re.compile(r"\b(?:alt|aria-label|content|placeholder|title)=\"([^\"]*)\"")
_CODE = re.compile(r"<code>.*?</code>", re.DOTALL)
#: A run of letters that a person would read as a word.
WORD = re.compile(r"[A-Za-z]{2,}|[\u3400-\u9fff]")
#: What a receipt looks like.
SAMPLE = re.compile("[0-9A-Z-]+")
#: Of a tag that is put together from parts.
_ATTRIBUTE = re.compile(r"\s[a-z-]+=\"[^\"]*\"")
#: Contents of `meta` for machines.
MACHINE = ("width=device-width", "noindex", "#", "summary_large_image")


def texts_of(template: str) -> Iterator[str]:
    """What a template would show as it stands, whatever the language."""
    plain = _BLOCK.sub(" ", template)
    yield from (text for text in _READ.findall(plain) if not text.startswith(MACHINE) and not SAMPLE.fullmatch(text))
    yield _ATTRIBUTE.sub(" ", _TAG.sub(" ", _CODE.sub(" ", plain)))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_a_template_has_no_text_of_its_own(path: Path) -> None:
    text = path.read_text()
    assert [found for part in texts_of(text) for found in WORD.findall(part)] == []
    strings = re.findall(r"\{[{%].*?[%}]\}", text, re.DOTALL)
    assert [each for each in strings if HANZI.search(each) and not any(own in each for own in OWN)] == []


@each_of(("path",), [(path,) for path in PAGES])
def test_the_code_of_pages_has_no_chinese(path: Path) -> None:
    nodes = ast.walk(ast.parse(path.read_text()))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert [text for text in texts if HANZI.search(text) and "年M月" not in text and not text.startswith("督办事项: ")] == []


@pytest.mark.parametrize("owner", OWNERS)
def test_a_catalogue_has_the_texts_of_the_code_and_all_of_them_in_chinese(owner: str) -> None:
    assert path_of(owner).read_text() == catalogue(owner), "run make docs, then translate what is new"
    assert [message.id for message in untranslated(owner)] == []


@pytest.mark.parametrize("owner", OWNERS)
def test_a_translation_fills_the_same_places_and_is_chinese(owner: str) -> None:
    for message in kept(owner):
        if not message.id:
            continue
        ids, texts = ([each] if isinstance(each, str) else list(each or ()) for each in (message.id, message.string))
        wanted = set(re.findall(r"%\(\w+\)s", ids[-1]))
        assert all(set(re.findall(r"%\(\w+\)s", text)) == wanted for text in texts), message.id
        assert all(HANZI.search(text) or not WORD.search(re.sub(r"%\(\w+\)s", "", text)) for text in texts), message.id


def test_a_text_means_the_same_in_all_catalogues() -> None:
    said: dict[str, set[str]] = {}
    for owner in OWNERS:
        for message in kept(owner):
            if message.id and isinstance(message.id, str) and not message.context:
                said.setdefault(message.id, set()).add(str(message.string))
    assert {text: found for text, found in said.items() if len(found) > 1} == {}


@pytest.mark.parametrize("text", ["<p>Hello</p>", "<p>你好</p>", '<img alt="Photo">', "{% if x %}yes{% endif %}"])
def test_a_text_is_found_wherever_it_stands(text: str) -> None:
    assert any(WORD.search(part) for part in texts_of(text))
