"""What anybody may read either costs next to nothing or is counted as work."""

from __future__ import annotations

from docs.generator.product import assemblies
from services.runtime.process.health import health_routes
from services.runtime.web.routes import Route

#: Pages and lists of one case or of the catalogue. Receipts have their own limit, for those that are wrong.
CHEAP = (
    "/", "/c", "/help", "/privacy", "/accessibility", "/robots.txt",
    "/opinions", "/receipts", "/login", "/logout", "/forgot", "/invitation", "/recovery",
    "/assets", "/offline.js", "/problems", "/api/v1/receipts", "/api/v1/bookings", "/bookings", "/api/v1/departments",
    "/api/v1/topics", "/healthz",
)  # fmt: skip


def is_cheap(route: Route) -> bool:
    """Whether it is one of those above, or lies below one."""
    return any(route.path == path or (path != "/" and route.path.startswith(path.rstrip("/") + "/")) for path in CHEAP)


def test_what_is_public_and_computed_is_work_for_who_has_no_token() -> None:
    health = health_routes("demo", {}, lambda: b"")
    routes = [*health, *(route for assembly in assemblies().values() for route in assembly.routes)]
    public = [route for route in routes if route.is_public and route.method == "GET"]
    assert [route.path for route in public if not (route.cost or route.charges) and not is_cheap(route)] == []
    assert [route.path for route in public if route.cost and is_cheap(route)] == []
