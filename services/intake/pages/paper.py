"""The templates of the pages."""

from __future__ import annotations

from pathlib import Path

from services.design.templates import Templates

TEMPLATES = Templates(Path(__file__).parents[1])
