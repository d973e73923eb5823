"""Arrows run one way: `spa ← tasks`, `spa ← frontdesk` (architecture §1)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parents[1]
WEB = {"django.http", "django.forms", "django.urls", "django.shortcuts", "django.template"}
# Folder, what nothing in it may import, and the folders inside that are free to.
ARROWS = [
    ("spa", {"frontdesk", "tasks", *WEB}, ("spa/management/",)),
    ("spa/engine", {"django", "spa.models", "spa.services"}, ()),
    ("spa/wompi", {"spa.services", "spa.engine"}, ()),
    ("tasks", {"frontdesk"}, ()),
    # What tries the product is no part of it, the gateway's stand-in neither.
    *((folder, {"e2e", "tests"}, ()) for folder in ("spa", "tasks", "frontdesk")),
]


def imports(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, in functions too, with what is taken from it."""
    package = path.relative_to(BASE_DIR).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*above, *filter(None, [node.module])))
            yield from (f"{module}.{alias.name}" for alias in node.names)


def is_within(module: str, forbidden: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in forbidden)


@pytest.mark.parametrize(
    ("folder", "forbidden", "free"), ARROWS, ids=[arrow[0] for arrow in ARROWS]
)
def test_no_arrow_points_the_wrong_way(folder, forbidden, free):
    wrong = [
        f"{path.relative_to(BASE_DIR)} imports {module}"
        for path in (BASE_DIR / folder).rglob("*.py")
        if not str(path.relative_to(BASE_DIR)).startswith(free)
        for module in imports(path)
        if is_within(module, forbidden)
    ]

    assert wrong == []


@pytest.mark.parametrize(
    "line", ["import django.http", "from django import forms", "from django.urls import reverse"]
)
def test_the_reader_sees_every_way_to_import(tmp_path, monkeypatch, line):
    monkeypatch.setattr("tests.test_layers.BASE_DIR", tmp_path)
    (tmp_path / "module.py").write_text(f"def late():\n    {line}\n")

    assert any(is_within(module, WEB) for module in imports(tmp_path / "module.py"))
