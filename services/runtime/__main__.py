"""What belongs to no service: `python -m services.runtime migrate` gives the store of the access tokens its shape, `pages FOLDER`
writes the pages that a gateway shows when no service answers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.runtime.settings import SettingsInvalid, env, load
from services.runtime.store.migrate import migrate_access
from services.runtime.web.pages.standing import keep_pages


@dataclass(frozen=True)
class AccessSettings:
    """What migrating the access store needs to be told."""

    database_url: str = env("ACCESS_DATABASE_URL", str, doc="store of the access tokens", secret=True)


def main(arguments: Sequence[str]) -> int:
    """Run a command; returns the exit status."""
    if len(arguments) == 2 and arguments[0] == "pages":
        keep_pages(Path(arguments[1]))
        return 0
    if list(arguments) != ["migrate"]:
        sys.stderr.write("usage: python -m services.runtime migrate | pages FOLDER\n")
        return 2
    try:
        given = load(AccessSettings, "access")
    except SettingsInvalid as error:
        sys.stderr.write(f"{error}\n")
        return 2
    migrate_access(given.database_url)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
