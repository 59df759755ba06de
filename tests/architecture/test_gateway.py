"""The gateway of the containers and the one origin of the embedded mode tell services apart by the same table."""

from __future__ import annotations

import re
from pathlib import Path

from services.console.origin import DEFAULT, PATHS

CONFIG = (Path(__file__).parents[2] / "deploy/gateway/nginx.conf").read_text()
COMPOSE = (Path(__file__).parents[2] / "docker-compose.yml").read_text()


def table() -> dict[str, str]:
    """Prefix to service, as nginx has it."""
    rows = re.search(r"map \$uri \$service \{(.*?)\n    \}", CONFIG, re.DOTALL)
    assert rows is not None
    return dict(re.findall(r"~\^(\S+?)\(/\|\$\)\s+(\w+);", rows.group(1)))


def test_the_gateway_sends_every_path_where_the_embedded_mode_sends_it() -> None:
    assert table() == {prefix: service for service, prefixes in PATHS.items() for prefix in prefixes}


def test_everything_else_is_answered_by_the_same_service() -> None:
    assert re.search(rf"default\s+{DEFAULT};", CONFIG)


def test_every_service_of_the_table_runs_in_a_container_of_that_name() -> None:
    names = set(re.findall(r"^  ([\w-]+):", COMPOSE.partition("\nservices:\n")[2], re.MULTILINE))
    assert {f"{service}-web" for service in {DEFAULT, *table().values()}} <= names
