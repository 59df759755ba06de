"""What the services import of the project is shipped with them, in the image and in the wheel."""

from __future__ import annotations

import ast
import fnmatch
import tomllib
from collections.abc import Iterator
from pathlib import Path

from docs.generator.product import ROOT
from services.intake.gateway.cards import FONTS
from services.routing.domain.learning.model import MARK

PACKAGES = {path.parent.name for path in ROOT.glob("*/__init__.py")}


def imported(folder: str) -> Iterator[str]:
    """The modules of the project that a folder's programs import."""
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            yield from (name for name in names if name.partition(".")[0] in PACKAGES)


def package_of(module: str) -> str:
    """The package that has to be there for a module to be imported."""
    return module if (ROOT / module.replace(".", "/")).is_dir() else module.rpartition(".")[0]


def test_the_wheel_has_every_package_that_services_import() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    shipped = project["tool"]["setuptools"]["packages"]["find"]["include"]
    wanted = {package_of(name) for name in imported("services")}
    assert "examples.python" in wanted
    assert [name for name in wanted if not any(fnmatch.fnmatch(name, pattern) for pattern in shipped)] == []


def test_the_wheel_has_what_is_not_python_too() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    files = (path for path in (ROOT / "services").rglob("*.*") if path.is_file() and path.suffix not in (".py", ".pyc"))
    assert [path.name for path in files if not any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns)] == []


def test_the_image_has_every_package_that_services_import() -> None:
    lines = (ROOT / "deploy" / "docker" / "Dockerfile").read_text().splitlines()
    copied = [Path(part) for line in lines if line.startswith("COPY ") and "--from" not in line for part in line.split()[1:-1]]
    wanted = {package_of(name).replace(".", "/") for name in imported("services")}
    assert [name for name in wanted if not any(Path(name).is_relative_to(each) for each in copied)] == []
    passed = (ROOT / ".dockerignore").read_text().splitlines()
    assert [str(each) for each in copied if f"!{each}" not in passed and not (ROOT / each).match("deploy/catalogue*.yml")] == []


def test_the_image_has_a_font_that_the_pictures_of_shared_pages_look_for() -> None:
    dockerfile = (ROOT / "deploy" / "docker" / "Dockerfile").read_text()
    # The package has this one file of letters.
    assert "fonts-wqy-microhei" in dockerfile
    assert "COPY --from=letters /letters/usr/share/fonts /usr/share/fonts\n" in dockerfile
    assert Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc") in FONTS


def test_no_model_is_shipped_and_nothing_to_train_one_on() -> None:
    """Every place learns from its own cases: what is shipped is code, words and pictures, and none of it is weights or opinions."""
    files = [path for path in (ROOT / "services").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    kinds = {path.suffix for path in files}
    assert kinds <= {".py", ".html", ".css", ".svg", ".js", ".json", ".po", ".toml", ".txt", ".mo", ".ico", ".png", ".woff2"}
    mark = MARK.strip()
    assert [path for path in files if mark in path.read_bytes() and path.name != "model.py"] == []
