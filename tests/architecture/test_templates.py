"""Templates are compiled once for all languages and services, so nothing of any of them may be in what they compile to."""

from __future__ import annotations

from collections import defaultdict

from docs.generator.product import assemblies
from services.design import templates


def test_a_template_compiles_to_the_same_in_every_language_and_every_service() -> None:
    assert assemblies()
    compiled = defaultdict[str | None, set[object]](set)
    for made in list(templates._MADE):
        for environment in made._environments.values():
            assert environment.loader is not None
            for name in environment.list_templates():
                source, file, _ = environment.loader.get_source(environment, name)
                compiled[file].add(environment.compile(source, name, file, raw=True))
    assert len(compiled) > 100
    assert [file for file, found in compiled.items() if len(found) > 1] == []
