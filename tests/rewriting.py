"""Compiles the tests as pytest loads them: each process its part of the files, instead of every process all of them.

In a new checkout that is half of what collecting costs. pytest has no public way to do it; it checks what it finds by the source.
"""

from __future__ import annotations

import sys

import pytest
from _pytest.assertion import rewrite


def rewrite_part(config: pytest.Config, number: int, of: int) -> None:
    """Compile every `of`th file, from the one with this number on, of those that are asked for and have not been compiled."""
    if sys.dont_write_bytecode:
        return
    asked = [config.invocation_params.dir / name.partition("::")[0] for name in config.args]
    files = {file for path in asked for file in ([path] if path.is_file() else path.rglob("test_*.py"))}
    for file in sorted(files)[number::of]:
        kept = rewrite.get_cache_dir(file) / (file.name[:-3] + rewrite.PYC_TAIL)
        if rewrite._read_pyc(file, kept) is None and rewrite.try_makedirs(kept.parent):
            source_hash, code = rewrite._rewrite_test(file, config)
            rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, source_hash, kept)
