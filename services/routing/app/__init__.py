"""HTTP routes of routing: parse, call a handler, answer."""

from services.routing.app import assignments, catalogue, following, learning, oversight, templates
from services.routing.app.context import Routing, routes

__all__ = ["Routing", "assignments", "catalogue", "following", "learning", "oversight", "routes", "templates"]
