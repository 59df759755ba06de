"""Files that pages need: each under a name that tells its bytes, so that browsers may keep it for good."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parent / "static"
#: Where assets are served.
FOLDER: Final = "/assets"
#: What is served, and nothing else: the name, and the files that it is put together from.
SOURCES: Final[Mapping[str, Sequence[str]]] = {
    "site.css": ("tokens.css", "base.css", "forms.css", "components.css", "print.css"),
    "desk.js": ("desk.js",),
    "notices.js": ("notices.js",),
    "form.js": ("photos.js", "drafts.js", "suggest.js", "alike.js", "position.js"),
    "map.js": ("map.js",),
    "map.css": ("vendor/leaflet-1.9.4.css", "map.css"),
    "leaflet.js": ("vendor/leaflet-1.9.4.js",),
    "offline.js": ("offline.js",),
    "photos.js": ("photos.js",),
    "position.js": ("position.js",),
    "passkeys.js": ("passkeys.js",),
    "htmx.js": ("vendor/htmx-4.0.1.min.js",),
    "logo.svg": ("logo.svg",),
}
TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_DIGITS: Final = 10
_ADDRESS: Final = re.compile(rf"(?P<stem>[a-z-]+)\.(?P<tag>[0-9a-f]{{{_DIGITS}}})(?P<suffix>\.[a-z]+)")


@dataclass(frozen=True)
class Asset:
    """One file as it is served."""

    name: str
    content: bytes

    @property
    def content_type(self) -> str:
        """Its type for browsers."""
        return TYPES[Path(self.name).suffix]

    @cached_property
    def tag(self) -> str:
        """What tells its bytes from all others."""
        return hashlib.sha256(self.content).hexdigest()[:_DIGITS]

    @cached_property
    def compressed(self) -> bytes:
        """Its bytes by gzip."""
        return gzip.compress(self.content, 9, mtime=0)

    @property
    def address(self) -> str:
        """Where it is served."""
        path = Path(self.name)
        return f"{FOLDER}/{path.stem}.{self.tag}{path.suffix}"


class Assets:
    """All assets, read when the first is asked for."""

    def __init__(self, sources: Mapping[str, Sequence[str]], folder: Path = STATIC) -> None:
        self._sources, self._folder = sources, folder

    @cached_property
    def _all(self) -> Mapping[str, Asset]:
        return {
            name: Asset(name, b"\n".join((self._folder / part).read_bytes() for part in parts))
            for name, parts in self._sources.items()
        }

    def address(self, name: str) -> str:
        """Where an asset is served."""
        return self._all[name].address

    def named(self, name: str) -> Asset:
        """An asset by the name that templates use."""
        return self._all[name]

    def find(self, shown: str) -> tuple[Asset, bool] | None:
        """The asset that an address ends with, and whether these are the bytes that it names.

        During an upgrade a page of one version asks the process of another: it gets the asset as that one has it.
        """
        parts = _ADDRESS.fullmatch(shown)
        asset = self._all.get(f"{parts['stem']}{parts['suffix']}") if parts else None
        return (asset, asset.tag == parts["tag"]) if asset and parts else None


ASSETS: Final = Assets(SOURCES)
