"""The address of a form can be opened: it has a page of its own, or leads to the page that has the form."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from docs.generator.product import assemblies, page_routes
from services.console.embedded.front.combined_app import service_of
from services.contracts.people.callers import NOBODY, SIGNED_IN, Caller, Role
from services.contracts.topology import SERVICES
from services.runtime.telemetry import Telemetry
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from services.runtime.web.routes import Route, Routes

FORMS = [(service, route) for service, route in page_routes() if route.method == "POST" and route.page]
PAGE = 218
ASKED = "state=signed%2Creplied&q=%E6%A1%A5+%26"


class Acting(TokenAuthenticator):
    """Somebody in one role after another, without a store."""

    def __init__(self) -> None:
        """Nobody at first."""
        self.role: Role | None = None

    def caller(self, header: str | None) -> Caller:
        """Who acts in the role."""
        return Caller(self.role) if self.role else NOBODY


class Pages:
    """The pages of all services, of which those that have no form's address only say that they were reached."""

    def __init__(self) -> None:
        self.acting = Acting()
        self._clients = {name: self._application(name) for name in SERVICES}

    def opened(self, service: str, address: str) -> tuple[int, str]:
        """The status of a page, and where it leads."""
        answer = self._clients[service].get(address)
        return answer.status_code, answer.headers.get("Location", "")

    def _application(self, name: str) -> FlaskClient:
        return create_app(name, None, Routes(map(bare, assemblies()[name].routes)), self.acting, Telemetry()).test_client()


def bare(route: Route) -> Route:
    return route if route.view.__name__ == "back_to_page" else replace(route, view=lambda _: (PAGE, {}), query=None)


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages()


def test_who_opens_the_address_of_a_form_is_on_the_page_that_has_it(pages: Pages) -> None:
    lost = []
    for service, route in FORMS:
        own = {each.path for name, each in page_routes() if name == service and each.method == "GET"}
        address = re.sub("<[^>]+>", "x", route.path)
        signed_in: list[Role | None] = [*sorted(route.access & SIGNED_IN)]
        for role in signed_in or [None]:
            pages.acting.role = role
            status, leads = pages.opened(service, f"{address}?{ASKED}")
            if status == 303:
                path, _, asked = leads.partition("?")
                status = pages.opened(service_of(path), path)[0] if asked == ASKED else 0
            if status != PAGE or route.path not in own:
                lost.append((route.path, role, status, leads))
    assert lost == [], "a form's route says by `stands_on` which page has it"


def test_there_are_forms_of_both_kinds_and_a_number_in_an_address_stays_one_part_of_it(pages: Pages) -> None:
    pages.acting.role = Role.SUPERVISOR
    assert pages.opened("routing", "/watched/a%3Fb%23c/mark?q=x") == (303, "/watched/a%3Fb%23c?q=x")
    assert pages.opened("routing", "/preview") == (PAGE, "")
