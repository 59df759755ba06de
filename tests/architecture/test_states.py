"""What is known of a state stands in its row of the life cycle: nowhere else does anybody list states."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import chain

from docs.generator.product import ROOT
from services.contracts.lifecycle import CoState, State

#: The judge of the fault suite knows nothing of the product, so it has a word of its own about states.
TABLES = {
    ROOT / "services/contracts/lifecycle.py", ROOT / "services/contracts/words/vocabulary.py", ROOT / "tests/faults/checker.py",
}  # fmt: skip
CODES = {str(state) for state in (*State, *CoState)}
MEMBERS = {state.name for state in (*State, *CoState)}
#: A first revision says what its indexes say; that both say the same has a test of its own.
WHERE = ("services", "benchmarks", "docs", "examples", "tests")
FILES = sorted(
    path
    for path in chain.from_iterable((ROOT / folder).rglob("*.py") for folder in WHERE)
    if path not in TABLES and "migrations" not in path.parts and not path.name.startswith("test_")
)
IN_SQL = re.compile(r"\bstate\s+(?:not\s+)?in\s*\(\s*'", re.IGNORECASE)


def names_state(node: ast.expr) -> bool:
    """Whether it reads `State.REPLIED` or `CoState.ADVISED`."""
    return (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        and node.value.id in ("State", "CoState") and node.attr in MEMBERS
    )  # fmt: skip


def is_code(node: ast.expr) -> bool:
    """Whether it is the code of a state."""
    return isinstance(node, ast.Constant) and node.value in CODES


def is_about_state(node: ast.expr) -> bool:
    """Whether it reads a state: `state`, `row.state`, `row["state"]`, `State(row["state"])`."""
    return re.search(r"\bstates?\b", ast.unparse(node)) is not None


def compares_with_state(node: ast.expr) -> bool:
    """Whether it is `state is State.REPLIED`, `state != "replied"` or the like."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.Is | ast.IsNot):
        return False
    other = node.comparators[0]
    return names_state(other) or (is_code(other) and is_about_state(node.left))


def lists(tree: ast.AST) -> Iterator[ast.AST]:
    """Where two or more states are listed."""
    for node in ast.walk(tree):
        listed: list[bool] = []
        match node:
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                listed = [names_state(each) for each in items]
            case ast.Dict(keys=keys):
                listed = [names_state(each) for each in keys if each is not None]
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[ast.Tuple() | ast.List() | ast.Set() as among]):
                listed = [is_code(each) for each in among.elts if is_about_state(left)]
            case ast.BoolOp(values=parts):
                listed = [compares_with_state(each) for each in parts]
            case ast.MatchOr(patterns=patterns):
                listed = [isinstance(each, ast.MatchValue) and names_state(each.value) for each in patterns]
            case ast.Constant(value=str() as text) if IN_SQL.search(text):
                yield node
        if sum(listed) > 1:
            yield node


def test_no_states_are_listed_beside_the_table() -> None:
    found = ((path, node) for path in FILES for node in lists(ast.parse(path.read_text())))
    assert [f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {ast.unparse(node)[:90]}" for path, node in found] == []
