"""Who may import whom, read from the sources: down only, and across contexts through `api` alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "townops"
LEVEL = {
    "kernel": 0,
    "base": 1,
    "areas": 2,
    "people": 3,
    "catalogue": 3,
    "orders": 4,
    "intake": 5,
    "readiness": 5,
    "dispatch": 6,
    "documents": 7,
    "standards": 7,
    "sharing": 8,
    "console": 8,
    "demo": 9,
    "commands": 10,
}
OPEN = {
    "kernel",
    "base",
}  # plumbing and pure parts are imported by name; the command line may start any function
FILES = sorted(path for path in SOURCE.glob("*/**/*.py") if not {"tests", "migrations"} & set(path.parts))


def context_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0]


def imported(path: Path) -> Iterator[str]:
    """Full dotted names; `from a import b` counts as a.b."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def ours(path: Path) -> Iterator[tuple[str, str]]:
    """(context, rest) of every import of another context of ours."""
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "townops" and len(parts) > 1 and parts[1] in LEVEL and parts[1] != context_of(path):
            yield parts[1], ".".join(parts[2:])


def test_every_folder_has_its_floor():
    folders = {path.name for path in SOURCE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert folders <= LEVEL.keys(), "give the new context a level here and in pyproject.toml"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_go_down_and_only_through_the_door(path: Path):
    level = LEVEL[context_of(path)]
    upward = [f"{context}.{rest}" for context, rest in ours(path) if LEVEL[context] >= level]
    inside = [
        f"{context}.{rest}"
        for context, rest in ours(path)
        if context not in OPEN and context_of(path) != "commands" and rest.split(".")[0] != "api"
    ]
    assert (upward, inside) == ([], [])


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if "domain" in path.parts or context_of(path) == "kernel"],
    ids=lambda path: str(path.relative_to(SOURCE)),
)
def test_pure_rules_know_no_framework(path: Path):
    mine = f"townops.{context_of(path)}.domain."
    wrong = [name for name in imported(path) if name.split(".")[0] in ("django", "ninja", "granian")]
    wrong += [
        name
        for name in imported(path)
        if name.startswith("townops.") and not name.startswith(("townops.kernel.", mine, mine.rstrip(".")))
    ]
    assert wrong == []


@pytest.mark.parametrize("face", ["console", "sharing"])
def test_a_face_asks_the_doors_and_never_the_tables(face: str):
    touching = [
        path.name for path in FILES if context_of(path) == face and ".objects" in path.read_text("utf-8")
    ]
    assert touching == []
