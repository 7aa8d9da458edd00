"""Sizes that keep a file readable, foreign keys that point down, and locks that agree."""

import ast
import json
import re
import tomllib

from django.apps import apps
from django.db.models import ForeignKey

from tests.architecture.test_imports import FILES, LEVEL, SOURCE

PROJECT = SOURCE.parents[1]
LONGEST_FILE = 500
LONGEST_FUNCTION = 50
PAGES = [path for path in SOURCE.glob("*/templates/**/*.html") if path.is_file()]


def test_no_file_is_longer_than_five_hundred_lines():
    assert [str(path) for path in FILES if len(path.read_text("utf-8").splitlines()) > LONGEST_FILE] == []


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{path.relative_to(SOURCE)}:{node.name}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_no_module_hides_behind_a_vague_name():
    vague = re.compile(r"^(utils?|helpers?|manager|service|handler|data|info)$")
    assert [str(path) for path in FILES if vague.match(path.stem)] == []


def test_foreign_keys_point_down_and_leave_no_name_behind():
    wrong = []
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if not isinstance(field, ForeignKey) or model._meta.app_label not in LEVEL:
                continue
            mine, theirs = model._meta.app_label, field.related_model._meta.app_label
            across = mine != theirs
            if across and (LEVEL.get(theirs, 0) >= LEVEL[mine] or not field.remote_field.hidden):
                wrong.append(f"{model._meta.label}.{field.name} -> {theirs}")
    assert wrong == []


def pinned(kind: str) -> set[str]:
    text = (PROJECT / "requirements" / f"{kind}.lock").read_text("utf-8")
    return set(re.findall(r"^([a-z0-9.-]+==\S+)", text, re.MULTILINE))


def test_the_two_locks_agree():
    run, dev = pinned("run"), pinned("dev")
    assert len(run) > 10
    assert run <= dev


def test_locks_name_no_registry():
    texts = [path.read_text("utf-8") for path in (PROJECT / "requirements").glob("*.lock")]
    assert not any(
        "index-url" in line for text in texts for line in text.splitlines() if not line.startswith("#")
    )
    lock = json.loads((PROJECT / "frontend" / "package-lock.json").read_text("utf-8"))
    parts = {name: part for name, part in lock["packages"].items() if name}
    assert [name for name, part in parts.items() if "resolved" in part] == []
    assert [name for name, part in parts.items() if "integrity" not in part] == []


def test_every_dependency_says_what_it_saves_us():
    text = (PROJECT / "pyproject.toml").read_text("utf-8")
    project = tomllib.loads(text)["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    silent = [one for one in wanted if not re.search(re.escape(f'"{one}",') + r"\s+# \w+", text)]
    assert silent == []


def test_pages_load_nothing_from_elsewhere_and_hold_no_inline_code():
    wrong = re.compile(
        r"(?:src|href)=[\"']https?://|<script(?![^>]*\bsrc=)[^>]*>|<style\b|\son\w+=[\"']|\sstyle=[\"']"
    )
    allowed = re.compile(r"<script[^>]*type=[\"']application/json[\"'][^>]*>")
    found = [str(path) for path in PAGES if wrong.search(allowed.sub("", path.read_text("utf-8")))]
    assert found == []
