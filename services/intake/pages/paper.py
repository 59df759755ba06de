"""The templates of the pages, and what holds for the pages of one case."""

from __future__ import annotations

from pathlib import Path

import flask

from services.design.templates import Templates

TEMPLATES = Templates(Path(__file__).parents[1])


def private(page: flask.Response) -> flask.Response:
    """A page that nobody keeps and no search engine lists."""
    page.headers["Cache-Control"] = "no-store"
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    return page
