"""The gateway of the containers and the one origin of the embedded mode tell services apart by the same table."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from pathlib import Path

import yaml

from services.console.embedded.assemblies import assemblies
from services.console.embedded.combined_app import DEFAULT, PATHS
from services.runtime.web.routes import LONGEST_BODY

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


def test_trust_and_exemption_name_the_composition_s_own_small_networks() -> None:
    composed = yaml.safe_load(COMPOSE)
    networks = {name: ip_network(each["ipam"]["config"][0]["subnet"]) for name, each in composed["networks"].items()}
    gateway = ip_address(composed["services"]["gateway"]["networks"]["inner"]["ipv4_address"])
    machine = ip_address(composed["networks"]["outer"]["ipam"]["config"][0]["gateway"])
    environment = composed["x-environment"]
    trusted, exempt = (
        [ip_network(part) for part in environment[name].partition(":-")[2].rstrip("}").split()]
        for name in ("HUIYING_TRUSTED_PROXIES", "HUIYING_UNTHROTTLED")
    )
    assert all(network.num_addresses <= 256 for network in networks.values())
    assert trusted == [ip_network(gateway)]
    assert gateway in networks["inner"]
    assert set(exempt) == {ip_network("127.0.0.0/8"), ip_network("::1"), networks["inner"], ip_network(machine)}
    assert re.findall(r"set_real_ip_from (\S+);", CONFIG) == [str(machine)]
    # Addresses given by itself must not be the gateway's.
    assert gateway not in ip_network(composed["networks"]["inner"]["ipam"]["config"][0]["ip_range"])


def test_the_gateway_takes_what_the_services_take() -> None:
    routes = [route for assembly in assemblies().values() for route in assembly.routes]
    default, *others = re.findall(r"client_max_body_size (\d+)m;", CONFIG)
    assert int(default) << 20 >= LONGEST_BODY
    assert max(route.longest for route in routes) <= max(map(int, others)) << 20
