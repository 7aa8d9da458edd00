"""Old government PCs run Chrome 109: what is newer must not be in our style sheets, modules, templates, nor in what we serve.

A list of our own: the tools of npm read CSS with a hundred packages and know neither our modules nor what a template
says. A feature inside `@supports` has its fallback and is left alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

OLDEST: Final = 109
SOURCE: Final = Path(__file__).resolve().parents[1]
CONSOLE: Final = SOURCE / "console"
VENDOR: Final = SOURCE / "static" / "vendor"


@dataclass(frozen=True, slots=True)
class Feature:
    """Something newer: what it is called, since which Chrome, how it looks; `plain`: cannot be anything else in foreign code."""

    name: str
    since: int
    looks: str
    plain: bool = True


CSS: Final = (
    Feature("color-mix()", 111, r"color-mix\("),
    Feature("oklch, oklab, lch, lab", 111, r"(?<![\w-])(?:ok)?l(?:ch|ab)\("),
    Feature("color()", 111, r"(?<![\w-])color\("),
    Feature("relative colours", 119, r"(?:rgba?|hsla?)\(\s*from\b"),
    Feature("light-dark()", 123, r"light-dark\("),
    Feature("& nesting", 112, r"&"),
    Feature("@scope", 118, r"@scope\b"),
    Feature("@starting-style", 117, r"@starting-style\b"),
    Feature("@view-transition", 126, r"@view-transition\b"),
    Feature("@position-try", 125, r"@position-try\b"),
    Feature("style queries", 111, r"@container[^{]*\bstyle\("),
    Feature(
        "anchor positioning",
        125,
        r"(?<![\w-])anchor(?:-size)?\(|position-(?:anchor|area|try)\s*:|anchor-name\s*:",
    ),
    Feature("subgrid", 117, r":\s*subgrid\b"),
    Feature("text-wrap", 114, r"[{;\s]text-wrap(?:-style|-mode)?\s*:"),
    Feature("white-space-collapse", 114, r"white-space-collapse\s*:"),
    Feature(
        "scroll-driven animations",
        115,
        r"(?:view|scroll|animation)-timeline(?:-name)?\s*:|animation-range\s*:",
    ),
    Feature("view-transition-name", 111, r"view-transition-name\s*:"),
    Feature("scrollbar-color, scrollbar-width", 121, r"[{;\s]scrollbar-(?:color|width)\s*:"),
    Feature("field-sizing", 123, r"field-sizing\s*:"),
    Feature("interpolate-size, calc-size()", 129, r"interpolate-size\s*:|calc-size\("),
    Feature("transition-behavior", 117, r"transition-behavior\s*:|allow-discrete"),
    Feature("linear()", 113, r"(?<![\w-])linear\("),
    Feature("trigonometry", 111, r"(?<![\w-])(?:a?sin|a?cos|a?tan|atan2|pow|sqrt|hypot|log|exp)\("),
    Feature("round(), mod(), rem()", 125, r"(?<![\w-])(?:round|mod|rem)\("),
    Feature(":popover-open", 114, r":popover-open\b"),
    Feature(":user-valid", 119, r":user-(?:in)?valid\b"),
    Feature(":dir()", 120, r":dir\("),
    Feature(":nth-child(of)", 111, r":nth-(?:last-)?child\([^)]*\bof\b"),
    Feature("::details-content", 131, r"::details-content\b"),
    Feature("bare image-set()", 113, r"(?<![\w-])image-set\("),
)
JS: Final = (
    Feature("toSorted, toReversed, toSpliced", 110, r"\.to(?:Sorted|Reversed|Spliced)\("),
    Feature("Array.prototype.with", 110, r"\.with\(\s*-?\d", plain=False),
    Feature("isWellFormed", 111, r"\.(?:isWellFormed|toWellFormed)\("),
    Feature("startViewTransition", 111, r"\bstartViewTransition\b"),
    Feature("regular expression flag v", 112, r"(?<=[(=,:?]\s)/[^/\n]+/[dgimsuy]*v[dgimsuy]*(?=[.,;)\s])", plain=False),
    Feature("popover", 114, r"\b(?:show|hide|toggle)Popover\b"),
    Feature("AbortSignal.any", 116, r"\bAbortSignal\.any\b"),
    Feature("Object.groupBy, Map.groupBy", 117, r"\b(?:Object|Map)\.groupBy\b"),
    Feature("Promise.withResolvers", 119, r"\bPromise\.withResolvers\b"),
    Feature("URL.canParse", 120, r"\bURL\.canParse\b"),
    Feature("Array.fromAsync", 121, r"\bArray\.fromAsync\b"),
    Feature(
        "set methods", 122,
        r"\.(?:union|intersection|difference|symmetricDifference|isSubsetOf|isSupersetOf|isDisjointFrom)\(", plain=False,
    ),
    Feature("iterator helpers", 122, r"\bIterator\.from\b|\.(?:values|keys|entries)\(\)\s*\.(?:map|filter|take|drop|some|find)\("),
    Feature("import attributes", 123, r"\bimport\b[^;\n]*\bwith\s*\{", plain=False),
    Feature("setHTMLUnsafe", 124, r"\.(?:setHTMLUnsafe|parseHTMLUnsafe)\("),
    Feature("URL.parse", 126, r"\bURL\.parse\b"),
    Feature("Promise.try", 128, r"\bPromise\.try\b"),
    Feature("moveBefore", 133, r"\.moveBefore\b"),
    Feature("using", 134, r"(?m)^\s*(?:await\s+)?using\s+\w+\s*=", plain=False),
    Feature("RegExp.escape", 136, r"\bRegExp\.escape\b"),
    Feature("Temporal", 144, r"\bTemporal\.\w"),
)  # fmt: skip
HTML: Final = (
    Feature("popover", 114, r"\spopover(?:target)?(?:=|\s|>)"),
    Feature("<search>", 118, r"<search\b"),
    Feature("<details name>", 120, r"<details[^>]*\sname="),
    Feature("commandfor", 135, r"\scommandfor="),
    Feature("closedby", 134, r"\sclosedby="),
)
HARMLESS: Final = {
    (
        "tabler.min.css",
        "scrollbar-color, scrollbar-width",
    ): "passed over where unknown; the bar looks as the system's",
    ("htmx.min.js", "startViewTransition"): "asked for before it is used, and switched on nowhere",
    ("htmx.min.js", "setHTMLUnsafe"): "asked for before it is used",
    ("htmx.min.js", "moveBefore"): "asked for before it is used",
}
COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
LINE_COMMENT: Final = re.compile(r"(?m)(?<![:\"'`\\])//[^\n]*")
STRING: Final = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')


def newer() -> list[str]:
    """What newer than Chrome 109 is in what browsers are given."""
    return [
        f"{path.relative_to(SOURCE)}: {found.name} needs Chrome {found.since}, the oldest is {OLDEST}"
        for path in _files()
        for found in in_file(path)
        if (path.name, found.name) not in HARMLESS
    ]


def _files() -> Iterator[Path]:
    yield from sorted((CONSOLE / "static").rglob("*.css"))
    yield from sorted((CONSOLE / "static").rglob("*.js"))
    yield from sorted(SOURCE.glob("*/templates/**/*.html"))
    yield from sorted(one for one in VENDOR.glob("*") if one.suffix in {".css", ".js"})


def in_file(path: Path) -> list[Feature]:
    """In foreign scripts only what can be nothing else: a method of that name may be the library's own."""
    text = path.read_text("utf-8")
    foreign = VENDOR in path.parents
    if path.suffix == ".css":
        return in_css(text)
    return in_html(text) if path.suffix == ".html" else in_script(text, foreign=foreign)


def in_css(text: str) -> list[Feature]:
    """Features used outside of `@supports`; a rule inside of a rule is nesting, with or without `&`."""
    bare = STRING.sub('""', COMMENT.sub(" ", text))
    outside = "".join(_outside_supports(bare))
    found = [one for one in CSS if re.search(one.looks, outside)]
    return [*found, Feature("nesting", 120, "")] if _nests(bare) else found


def in_script(text: str, *, foreign: bool = False) -> list[Feature]:
    bare = STRING.sub('""', LINE_COMMENT.sub("", COMMENT.sub(" ", text)))
    return [one for one in JS if (one.plain or not foreign) and re.search(one.looks, bare)]


def in_html(text: str) -> list[Feature]:
    return [one for one in HTML if re.search(one.looks, text)]


def _preludes(text: str) -> Iterator[tuple[str, int, int]]:
    """(what stands before a brace, where the block begins, how deep); for a closing brace the prelude is empty."""
    since = depth = 0
    for found in re.finditer(r"[{};]", text):
        sign, at = found.group(), found.end()
        if sign == "{":
            yield text[since : found.start()].strip() or "?", at, depth
            depth += 1
        elif sign == "}":
            depth -= 1
            yield "", at, depth
        since = at


def _outside_supports(text: str) -> Iterator[str]:
    since, inside = 0, -1
    for prelude, at, depth in _preludes(text):
        if inside < 0 and prelude.startswith("@supports"):
            yield text[since : at - len(prelude) - 1]
            inside = depth
        elif not prelude and depth == inside:
            since, inside = at, -1
    if inside < 0:
        yield text[since:]


def _nests(text: str) -> bool:
    stack: list[str] = []
    for prelude, _, _ in _preludes(text):
        if not prelude:
            del stack[-1:]
            continue
        if stack and not stack[-1].startswith("@"):
            return True
        stack.append(prelude)
    return False
