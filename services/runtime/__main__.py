"""`python -m services.runtime migrate`: the store of the access tokens, which belongs to no service, gets its shape."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from services.runtime.settings import SettingsInvalid, env, load
from services.runtime.store.migrate import migrate_access


@dataclass(frozen=True)
class AccessSettings:
    """What migrating the access store needs to be told."""

    database_url: str = env("ACCESS_DATABASE_URL", str, doc="store of the access tokens", secret=True)


def main(arguments: Sequence[str]) -> int:
    """Run the one command there is; returns the exit status."""
    if list(arguments) != ["migrate"]:
        sys.stderr.write("usage: python -m services.runtime migrate\n")
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
