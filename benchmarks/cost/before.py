"""The build that the kept figures come from, out of the history of this checkout."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

#: What a build needs of a commit.
PARTS = ("services", "deploy")


def build_of(figures: Path, folder: Path) -> Path | None:
    """Unpack the commit that wrote the figures last into a folder; None when it is the present one or not known here."""
    home = figures.parent
    commit, head = (_git(home, *words) for words in (("log", "-1", "--format=%H", "--", figures.name), ("rev-parse", "HEAD")))
    top = _git(home, "rev-parse", "--show-toplevel")
    if not commit or commit == head or not top:
        return None
    archive = _git(Path(top.decode().strip()), "archive", "--format=zip", commit.decode().strip(), *PARTS)
    if not archive:
        return None
    with ZipFile(BytesIO(archive)) as packed:
        packed.extractall(folder)
    return folder


def _git(folder: Path, *words: str) -> bytes:
    """What git says; nothing where there is no git or no history."""
    git = shutil.which("git")
    return subprocess.run([git, *words], cwd=folder, capture_output=True, check=False).stdout if git else b""
