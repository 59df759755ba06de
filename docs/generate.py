"""Writes the generated documents from the tables of the code; `--check` names those that differ and ends with status 1.

python docs/generate.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from docs.generator import architecture, asyncapi, broker, openapi, pages, texts  # noqa: E402 (a script finds only its own folder)
from docs.generator.vocabulary import vocabulary  # noqa: E402 (a script finds only its own folder)

NOTE = "<!-- Made by `make docs` from the tables of the code. Do not edit. -->\n\n"
PAGES: dict[str, Callable[[], str]] = {
    "docs/architecture.md": architecture.architecture,
    "docs/topology.md": broker.topology,
    "docs/lifecycle.md": pages.lifecycle,
    "docs/vocabulary.md": vocabulary,
    "docs/configuration.md": pages.configuration,
    "docs/metrics.md": pages.metrics,
    "docs/messages.md": pages.messages_page,
    "docs/api.md": pages.api,
}
DOCUMENTS = {"services/contracts/openapi.json": openapi.document, "services/contracts/asyncapi.json": asyncapi.document}


def render() -> dict[str, bytes]:
    """The bytes of every generated file, by its path from the root."""
    files = {path: (NOTE + make()).encode() for path, make in PAGES.items()}
    files |= {str(texts.path_of(owner).relative_to(ROOT)): texts.catalogue(owner).encode() for owner in texts.OWNERS}
    return files | {path: orjson.dumps(make(), option=orjson.OPT_INDENT_2) + b"\n" for path, make in DOCUMENTS.items()}


def stale(files: dict[str, bytes]) -> list[str]:
    """The paths whose file is missing or differs."""
    return [path for path, content in files.items() if not (ROOT / path).exists() or (ROOT / path).read_bytes() != content]


def main(arguments: Sequence[str]) -> int:
    """Write or check; returns the exit status."""
    files = render()
    different = stale(files)
    if "--check" in arguments:
        for path in different:
            sys.stderr.write(f"{path} is not what the code says; run make docs\n")
        return 1 if different else 0
    for path in different:
        (ROOT / path).write_bytes(files[path])
        sys.stdout.write(f"wrote {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
