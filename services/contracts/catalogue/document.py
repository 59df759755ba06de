"""YAML text as plain values that remember their lines, and files that extend one another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import yaml

#: libyaml's where PyYAML was built with it, which are several times as fast.
LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER: type[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
EXTENDS = "extends"
DEEPEST = 12
#: A place has some thousand. Aliases of aliases can name millions in a few lines.
MOST_VALUES = 100_000
#: No number of a catalogue is longer; longer ones stay text, which is then no number.
LONGEST_NUMBER = 18

Path = tuple[str | int, ...]
#: A value of a catalogue before its shape is checked.
Raw: TypeAlias = "bool | int | str | list[Raw] | dict[str, Raw] | None"
Tree = dict[str, Raw]
ReadParent = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: its line (from 1) in the checked file, the dotted path of the value, and what is wrong with it.

    A mistake inside an extended file carries the line of `extends` and names that file's own line in `reason`.
    """

    line: int
    path: str
    reason: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"line {self.line}: {self.path or 'document'}: {self.reason}"


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line, and the extended file it is in (empty for the checked file itself)."""

    line: int
    file: str = ""


class Document:
    """The merged values of a file and of those it extends, and where each of them stands.

    `whole` is false when some of the text could not be read at all, so that what is missing says nothing. `extends` says that
    there is more than one file.
    """

    def __init__(self) -> None:
        self.values: Tree = {}
        self.places: dict[Path, SourceLine] = {}
        self.problems: list[Problem] = []
        self.whole, self.extends = True, False
        self._extends_line, self._values = 1, 0

    def note(self, path: Path, reason: str, severity: Literal["error", "warning"] = "error") -> None:
        """Record a problem at the nearest place that is known for `path`."""
        place = next((self.places[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.places), SourceLine(1))
        self._add(place, path, reason, severity)

    def read(self, text: str, read_parent: ReadParent) -> Document:
        """Read `text` and, through `read_parent`, the file its `extends` names; problems are collected."""
        self._read(text, read_parent, "", ())
        return self

    def _add(self, place: SourceLine, path: Path, reason: str, severity: Literal["error", "warning"] = "error") -> None:
        if place.file:
            reason = f"{reason} (in {place.file}, line {place.line})"
        line = self._extends_line if place.file else place.line
        self.problems.append(Problem(line, ".".join(map(str, path)), reason, severity))

    def _refuse(self, place: SourceLine, path: Path, reason: str) -> None:
        self.whole = False
        self._add(place, path, reason)

    def _read(self, text: str, read_parent: ReadParent, file: str, chain: tuple[str, ...]) -> None:
        node = self._compose(text, file)
        places: dict[Path, SourceLine] = {(): SourceLine(1, file)}
        tree: Raw = self._value(node, (), file, places) if node is not None else {}
        if not isinstance(tree, dict):
            self._refuse(SourceLine(1, file), (), "the catalogue has to be a mapping")
            return
        parent = tree.pop(EXTENDS, None)
        if parent is not None:
            self.extends = True
            line = places[(EXTENDS,)].line
            if not file:
                self._extends_line = line
            self._read_parent(parent, read_parent, SourceLine(line, file), (*chain, file))
        self.values = merged(self.values, tree)
        self.places |= places

    def _read_parent(self, parent: Raw, read_parent: ReadParent, place: SourceLine, chain: tuple[str, ...]) -> None:
        if not isinstance(parent, str):
            self._refuse(place, (EXTENDS,), "expected the name of a file")
        elif parent in chain:
            self._refuse(place, (EXTENDS,), f"{parent} extends itself")
        else:
            try:
                text = read_parent(parent)
            except (OSError, UnicodeDecodeError) as error:
                self._refuse(place, (EXTENDS,), f"cannot read {parent}: {error}")
            else:
                self._read(text, read_parent, parent, chain)

    def _compose(self, text: str, file: str) -> yaml.Node | None:
        try:
            node: yaml.Node | None = yaml.compose(text, Loader=LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._refuse(SourceLine(mark.line + 1 if mark else 1, file), (), f"not YAML: {error.problem or error.context}")
        except yaml.YAMLError as error:
            self._refuse(SourceLine(1, file), (), f"not YAML: {error}")
        else:
            if node is None:
                self._refuse(SourceLine(1, file), (), "the file is empty")
            return node
        return None

    def _value(self, node: yaml.Node, path: Path, file: str, places: dict[Path, SourceLine]) -> Raw:
        if len(path) > DEEPEST:
            self._refuse(SourceLine(node.start_mark.line + 1, file), path, "nested too deeply")
            return None
        self._values += 1
        if self._values > MOST_VALUES:
            if self._values == MOST_VALUES + 1:
                self._refuse(SourceLine(node.start_mark.line + 1, file), path, f"more than {MOST_VALUES} values")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, file, places)
        if isinstance(node, yaml.SequenceNode):
            items: list[Raw] = []
            for index, item in enumerate(node.value):
                places[(*path, index)] = SourceLine(item.start_mark.line + 1, file)
                items.append(self._value(item, (*path, index), file, places))
            return items
        return plain(node)

    def _mapping(self, node: yaml.MappingNode, path: Path, file: str, places: dict[Path, SourceLine]) -> Tree:
        values: Tree = {}
        for key, value in node.value:
            place = SourceLine(key.start_mark.line + 1, file)
            if not isinstance(key, yaml.ScalarNode):
                self._add(place, path, "a key has to be a plain word")
                continue
            below = (*path, key.value)
            if key.value in values:
                self._add(place, below, f"duplicate key, first on line {places[below].line}")
                continue
            places[below] = place
            values[key.value] = self._value(value, below, file, places)
        return values


def snapshot(text: str, read_parent: ReadParent) -> str:
    """A catalogue and what it extends as one text that means the same and needs no other file; for one that is right."""
    document = Document().read(text, read_parent)
    if not document.extends:
        return text
    return str(yaml.dump(document.values, Dumper=DUMPER, allow_unicode=True, sort_keys=False, width=132))


def plain(node: yaml.Node) -> Raw:
    """A scalar as None, bool, int or text; dates, times and fractions stay text, as they were written."""
    text = str(node.value)
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag == "tag:yaml.org,2002:bool":
        return text.lower() in ("true", "yes", "on")
    if node.tag == "tag:yaml.org,2002:int" and text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER:
        return int(text)
    return text


def merged(parent: Tree, child: Tree) -> Tree:
    """`child` laid over `parent`: mappings merge, everything else replaces, and null takes away what the parent has."""
    result = dict(parent)
    for key, value in child.items():
        below = result.get(key)
        if value is None and key in result:
            del result[key]
        elif isinstance(value, dict):
            result[key] = merged(below if isinstance(below, dict) else {}, value)
        else:
            result[key] = value
    return result
