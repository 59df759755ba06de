"""The gateway of the containers and the one origin of the embedded mode tell services apart by the same table."""

from __future__ import annotations

import json
import re
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from services.console.embedded.assemblies import assemblies
from services.console.embedded.front.combined_app import DEFAULT, OF_A_SESSION, PATHS
from services.contracts.errors import STATUSES
from services.contracts.fragments import COMPOSED, PREFIX, SECONDS
from services.design.reader import LANGUAGES, TAGS
from services.runtime.web.access.sessions import cookie_name
from services.runtime.web.pages.html import PAGE_HEADERS
from services.runtime.web.pages.readers import cookie_of
from services.runtime.web.pages.standing import FOLDER, STANDING, reader_of_head
from services.runtime.web.problems import wording
from services.runtime.web.routes import LONGEST_BODY

GATEWAY = Path(__file__).parents[2] / "deploy/gateway"
CONFIG = (GATEWAY / "nginx.conf").read_text()
COMPOSE = (Path(__file__).parents[2] / "docker-compose.yml").read_text()

PROBLEM_TEXT = (GATEWAY / "problems.conf").read_text()
#: Status and language to what the gateway answers.
PROBLEMS = {
    (int(status), language): json.loads(body) for status, language, body in re.findall(r'"(\d+) (\S+)" +\'(.+)\';', PROBLEM_TEXT)
}


def table() -> dict[str, str]:
    """Prefix to service, as nginx has it."""
    rows = re.search(r"map \$uri \$service \{(.*?)\n    \}", CONFIG, re.DOTALL)
    assert rows is not None
    return dict(re.findall(r"~\^(\S+?)\(/\|\$\)\s+(\w+);", rows.group(1)))


def test_the_gateway_sends_every_path_where_the_embedded_mode_sends_it() -> None:
    assert table() == {prefix: service for service, prefixes in PATHS.items() for prefix in prefixes}


def test_the_gateway_sends_what_is_asked_at_a_session_to_intake_before_anything_else() -> None:
    rows = re.search(r"map \$uri \$service \{(.*?)\n    \}", CONFIG, re.DOTALL)
    assert rows is not None
    assert re.findall(r"^ +(\S+) +(\w+);", rows[1], re.MULTILINE)[1] == (f'"~{OF_A_SESSION}"', DEFAULT)


def test_the_gateway_puts_the_same_pages_together() -> None:
    assert f"location ~ {COMPOSED} {{\n            ssi on;" in CONFIG
    assert CONFIG.count("ssi on;") == 1
    plain = re.search(r"map \$uri \$encodings \{(.*?)\n    \}", CONFIG, re.DOTALL)
    assert plain is not None
    assert f"~{COMPOSED} " in plain[1]
    assert f"~^{PREFIX} " in plain[1]


def test_the_gateway_compresses_pages_alone_and_only_where_nobody_is_signed_in() -> None:
    named = re.search(r'map \$http_cookie \$signed_in \{\s+default +0;\s+"~(\S+?)" +1;\s+\}', CONFIG)
    assert named is not None
    for name in (cookie_name(secure=True), cookie_name(secure=False)):
        for cookies in (f"{name}=s", f"a=b; {name}=s", f"a=b;{name}=s; c=d"):
            assert re.search(named[1], cookies)
    for cookies in ("", f"{cookie_of('lang')}=zh", "a=b; other-huiying=s", "a=huiying"):
        assert not re.search(named[1], cookies)
    # Off for all others, the parts of pages among them; what is no page has been compressed by its service.
    assert re.findall(r"(\S.*)\n +gzip on;", CONFIG) == ["if ($signed_in = 0) {"] * CONFIG.count("gzip on;")
    places = re.findall(r"location (\S.*?) \{(?:(?!\n        \}).)*?gzip on;", CONFIG, re.DOTALL)
    assert places == ["/", f"~ {COMPOSED}"]
    assert "gzip_types" not in CONFIG


def test_the_gateway_looks_up_the_service_of_each_part_anew_and_asks_no_longer_than_the_embedded_mode() -> None:
    assert re.search(r"map \$uri \$service \{\s+volatile;", CONFIG)
    part = re.search(rf"location {PREFIX} \{{(.*?)\n        \}}", CONFIG, re.DOTALL)
    assert part is not None
    for said in ("internal;", f"proxy_read_timeout {SECONDS}s;", "proxy_pass_request_body off;", "proxy_intercept_errors on;"):
        assert said in part[1]
    refused = re.search(r"error_page ([\d ]+) = @nothing;", part[1])
    assert refused is not None
    # Whatever a service answers but a part itself.
    assert {status.status for status in STATUSES.values()} - {int(each) for each in refused[1].split()} == set()


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
    larger = re.findall(r"location (=|~) (\S+) \{[^}]*?client_max_body_size (\d+)m;", CONFIG)
    assert len(larger) == len(others)
    for path, most in ((re.sub("<[^>]+>", "x", route.path), route.longest) for route in routes if route.longest > LONGEST_BODY):
        fitting = [int(size) << 20 for kind, place, size in larger if (path == place if kind == "=" else re.search(place, path))]
        assert fitting[:1] >= [most], path


def test_every_error_of_the_gateway_is_a_problem_in_both_languages() -> None:
    errors = re.findall(r"error_page ([\d ]+?)(?: =(\d+))? (?:@problem|/unreadable|\$refused);", CONFIG)
    statuses = {int(new or old) for many, new in errors for old in many.split()}
    assert {400, 404, 405, 413, 414, 431, 500, 501, 502, 503, 504, 505} == statuses
    assert set(PROBLEMS) == {(status, language) for status in statuses for language in ("en", "zh-CN")}


def test_the_gateway_has_the_pages_of_the_services_for_what_people_meet() -> None:
    shown = re.search(r"error_page ([\d ]+) \$refused;", CONFIG)
    assert shown is not None
    assert tuple(map(int, shown[1].split())) == STANDING
    places = re.findall(r'"~\^page (\S+) \(\?<\w+>([\d|]+)\)\$" +/(\w+)/(\w+)/', PROBLEM_TEXT)
    statuses = "|".join(map(str, STANDING))
    assert set(places) == {(TAGS[language], statuses, FOLDER, language) for language in LANGUAGES}
    kept = re.search(rf"location /{FOLDER}/ \{{(.*?)\n        \}}", CONFIG, re.DOTALL)
    assert kept is not None
    for name, value in PAGE_HEADERS.items():
        assert f'add_header {name} "{value}" always;' in kept[1] or f"add_header {name} {value} always;" in kept[1]


@pytest.mark.parametrize(
    ("cookies", "asked"),
    [
        ("", ""), ("", "zh"), ("", "en"), ("", "en-GB,zh;q=0.5"), ("", "zh-CN,en;q=0.9"), ("", "fr, en;q=0.5"), ("", "fr"),
        ("", "*"), ("", "en;q=0, zh"), ("", "enx"),
        ("zh", "en"), ("en", "zh"), ("fr", "en"),
    ],
)  # fmt: skip
def test_the_gateway_shows_its_pages_in_the_language_of_all_others(cookies: str, asked: str) -> None:
    rows = re.search(r"map \"\$cookie_huiying_lang \$http_accept_language\" \$page_language \{(.*?)\n\}", PROBLEM_TEXT, re.DOTALL)
    assert rows is not None
    patterns = re.findall(r'"~(\*?)(\^[^"]+)" +([\w-]+);', rows[1])
    found = (tag for fold, pattern, tag in patterns if re.search(pattern, f"{cookies} {asked}", re.IGNORECASE if fold else 0))
    assert next(found, "zh-CN") == reader_of_head(asked, f"huiying_lang={cookies}").tag


@pytest.mark.parametrize(("status", "language"), PROBLEMS)
def test_the_gateway_words_a_problem_as_the_services_do(status: int, language: str) -> None:
    told, english = PROBLEMS[status, language], PROBLEMS[status, "en"]
    slug, asked = told["type"].removeprefix("/problems/"), LanguageAccept([(language, 1.0)])
    assert wording(status, slug, english["title"], english["detail"], asked, "/x") == (told | {"instance": "/x"}, language)
    assert told["instance"] == "$asked"


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/api/v1/statistics?by=topic&from=2026-01-01", "/api/v1/statistics"), ("/", "/"), ("/a%20b;c/%C3%AF?x", "/a%20b;c/%C3%AF"),
        ('/a"b', ""), ("/a\\b?c", ""), ("/路", ""), ("", ""), ("http://x/a", ""),
    ],
)  # fmt: skip
def test_a_problem_of_the_gateway_names_the_path_and_stays_json(address: str, path: str) -> None:
    rows = re.search(r"map \$request_uri \$asked \{(.*?)\n\}", PROBLEM_TEXT, re.DOTALL)
    assert rows is not None
    ((pattern, name),) = re.findall(r'"~(\^.+)" \$(\w+);', rows[1])
    found = re.search(pattern.replace("(?<", "(?P<"), address)
    assert (found[name] if found else "") == path
    json.loads(f'{{"instance":"{path}"}}')


@pytest.mark.parametrize(
    "asked",
    [
        "", "zh", "zh-CN,zh;q=0.9,en;q=0.8", "fr, zh-Hans;q=0.5", "ZH-hant", "en", "en-GB,zh;q=0.5", "fr", "*", "zh;q=0",
        "zh-CN;q=0, en", "*,zh;q=0.1", "zhx", "de-zh", "zh ;q=0.0, fr", "zh;q=0.05", ";;;,",
    ],
)  # fmt: skip
def test_the_gateway_finds_the_language_that_the_services_find(asked: str) -> None:
    pattern = re.search(r'"~\*(\^\S+)" +zh-CN;', CONFIG)
    assert pattern is not None
    found = "zh-CN" if re.search(pattern[1], asked, re.IGNORECASE) else "en"
    assert found == wording(413, "too-large", "", "", parse_accept_header(asked, LanguageAccept), "/")[1]
