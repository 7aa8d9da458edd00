"""Every Chinese text of the product that people read on a page: of templates, Python and JavaScript."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from townops.commands.shell import PROJECT
from townops.kernel.messages import EDGES, has_han

SOURCE: Final = PROJECT / "src" / "townops"
# Not shown on a page: commands, invented towns, papers and sheets (data files the office keeps in Chinese).
LEFT_OUT: Final = re.compile(
    r"/(tests|migrations|commands|demo)/|/(papers|corpus|sheet_reader|workbook|cells)\.py$|/evaluation/"
    r"|orders/(papers)\.py$|orders/upward/(wording|incoming|reconciling|cells|sending|finding)\.py$"
    r"|/models\.py$|/models/|areas/(exchange/|surveys\.py)|kernel/planes\.py$|sharing/ogc/(?!reading\.py|telling\.py)"
    r"|intake/domain/|/apps\.py$|base/(contacts|masking|search)\.py$|kernel/messages\.py$|intake/hotline_file\.py$|people/importing\.py$|/settings\.py$|/rest/|documents/"
    r"|standards/domain/document\.py$|people/domain/directory\.py$|intake/channels/|intake/training\.py$|intake/bringing\.py$"
)
SHOWN: Final = re.compile(r"console/(cells|views/settings)\.py$|dispatch/sheets\.py$")
MODELS: Final = re.compile(r"/models\.py$|/models/")
TAGS: Final = re.compile(r"\{%.*?%\}|\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.S)
NOTED: Final = re.compile(r"\{# say: (.*?) #\}|# say: (.*)$", re.M)
QUOTED: Final = re.compile(r'"([^"{}%]*)"')
VARIABLE: Final = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.S)
CODED: Final = re.compile(
    r"\(\?:|\\[ds]|\[a-z|^[一二三四五六日]+$|\.xlsx$"
)  # patterns, digits, names of files
SCRIPT: Final = re.compile(r'\bword\("([^"]+)"')

ROLES: Final = "/people/starting/roles.toml"  # names shipped with the product


def every() -> dict[str, str]:
    """Each text once, with the files it is in."""
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*")):
        name = path.relative_to(SOURCE).as_posix()
        for text in _texts(path, "/" + name):
            if has_han(text) and not CODED.search(text):
                found[text] = (
                    f"{found[text]} {name}"
                    if text in found and name not in found[text]
                    else found.get(text, name)
                )
    return found


def _texts(path: Path, name: str) -> Iterator[str]:
    if "/tests/" in name:
        return
    if path.suffix == ".html":
        yield from of_template(path.read_text("utf-8"))
    elif path.suffix == ".py" and (SHOWN.search(name) or not LEFT_OUT.search(name)):
        yield from of_python(path.read_text("utf-8"))
    elif path.suffix == ".py":
        source = path.read_text("utf-8")
        yield from (found[2] for found in NOTED.finditer(source) if found[2])
        yield from (*of_choices(source), *of_labels(source)) if MODELS.search(name) else ()
    elif name == ROLES:
        yield from re.findall(r'^name = "(.*)"', path.read_text("utf-8"), re.M)
    elif path.suffix == ".js" and "vendor" not in name:
        yield from SCRIPT.findall(path.read_text("utf-8"))


def of_template(source: str) -> Iterator[str]:
    """Text between tags and of attributes; a variable is a blank, a block tag ends the text."""
    for found in NOTED.finditer(source):
        yield found[1] or found[2]
    for tag in re.findall(r"\{[%{].*?[%}]\}", source, re.S):
        yield from (text for text in QUOTED.findall(tag) if has_han(text))
    variables = VARIABLE.findall(source)
    at = iter(range(len(variables)))
    plain = TAGS.sub("\x00", VARIABLE.sub(lambda _: f"\x01{next(at)}\x02", source))
    for run in re.split(r"[<>\"\x00]", plain):
        yield clean(_blanks(run, variables))


def _blanks(run: str, variables: list[str]) -> str:
    taken: dict[str, str] = {}

    def blank(found: re.Match[str]) -> str:
        expression = variables[int(found[1])]
        name = _name(expression)
        while taken.setdefault(name, expression) != expression:
            name += "_"
        return "{" + name + "}"

    return re.sub("\x01(\\d+)\x02", blank, run)


def _name(expression: str) -> str:
    words = re.findall(r"[A-Za-z_]+", expression.partition("|")[0])
    return words[-1].lower() if words else "n"


def clean(text: str) -> str:
    """On one line, without the punctuation around it; nothing when only blanks are left."""
    return re.sub(r"\s+", " ", text).strip(EDGES)


def of_python(source: str) -> Iterator[str]:
    """String constants and f-strings, apart from documentation; markup in them ends a text."""
    tree = ast.parse(source)
    yield from (found[2] for found in NOTED.finditer(source) if found[2])
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    passed |= {id(one) for node in ast.walk(tree) if _is_example(node) for one in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            passed.update(
                id(part) for part in ast.walk(node) if isinstance(part, ast.Constant) and part in node.values
            )
            yield from _cut(_joined(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield from _cut(node.value)


def of_choices(source: str) -> Iterator[str]:
    """Names of the values of a model's choices."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and any("Choices" in ast.unparse(base) for base in node.bases):
            yield from (str(one.value) for one in ast.walk(node) if isinstance(one, ast.Constant))


def _is_example(node: ast.AST) -> bool:
    """The example row of a register: what somebody would type, which is never translated."""
    return isinstance(node, ast.Assign) and [ast.unparse(one) for one in node.targets] == ["example"]


def of_labels(source: str) -> Iterator[str]:
    """What the rows of a register are called, and their columns."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Record" for base in node.bases):
            yield from (word for part in node.body for word in _labels(part))


def _labels(part: ast.stmt) -> Iterator[str]:
    if isinstance(part, ast.FunctionDef):
        yield from _words_in(part.decorator_list)
    elif isinstance(part, ast.Assign) and isinstance(part.value, ast.Call):
        named = [one.value for one in part.value.keywords if one.arg == "verbose_name"]
        yield from _words_in([*part.value.args[:1], *named])
    elif isinstance(part, ast.ClassDef) and part.name == "Meta":
        said = (one for one in part.body if isinstance(one, ast.Assign))
        yield from _words_in([one.value for one in said if ast.unparse(one.targets[0]) == "verbose_name"])


def _words_in(nodes: Iterable[ast.AST]) -> Iterator[str]:
    found = (one for node in nodes for one in ast.walk(node) if isinstance(one, ast.Constant))
    return (one.value for one in found if isinstance(one.value, str))


def _cut(text: str) -> Iterator[str]:
    return (clean(run) for run in re.split(r"[<>\"]", text))


def _joined(node: ast.JoinedStr) -> str:
    taken: dict[str, str] = {}
    parts = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
            continue
        expression = ast.unparse(part)
        name = _python_name(part)
        while taken.setdefault(name, expression) != expression:
            name += "_"
        parts.append("{" + name + "}")
    return "".join(parts)


def _python_name(part: ast.expr) -> str:
    inner = part.value if isinstance(part, ast.FormattedValue) else part
    names = [
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(inner)
        if isinstance(node, ast.Attribute | ast.Name)
    ]
    return names[0].lower() if names else "n"
