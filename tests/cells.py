"""One test for many cells that are trivial each: as tests of their own they would take longer to collect and report than to run."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

Test = Callable[..., None]


def each_of(names: Iterable[str], cells: Iterable[tuple[Any, ...]], ids: Iterable[str] | None = None) -> Callable[[Test], Test]:
    """Call the test with every cell, in place of `parametrize`; it fails once, with a line for each cell that failed.

    Fixtures are made once for all cells, so it is for tests that change nothing of them.
    """
    asked, listed = tuple(names), list(cells)
    labels = list(ids) if ids is not None else ["-".join(map(str, cell)) for cell in listed]
    assert listed, "a test without a cell proves nothing"

    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def every_cell(**fixtures: Any) -> None:
            failed = []
            for label, cell in zip(labels, listed, strict=True):
                try:
                    test(**fixtures, **dict(zip(asked, cell, strict=True)))
                except Exception as error:
                    failed.append(f"{label}: {type(error).__name__}: {error}")
            assert not failed, f"{len(failed)} of {len(listed)}:\n" + "\n".join(failed)

        signature = inspect.signature(test)
        left = [parameter for name, parameter in signature.parameters.items() if name not in asked]
        every_cell.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        return every_cell

    return decorate
