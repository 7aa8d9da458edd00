"""What is newer than Chrome 109 is found wherever a browser would meet it, and nothing else is."""

import pytest

from townops.commands import browsers

CSS = {
    "color-mix()": "a { color: color-mix(in srgb, red, blue); }",
    "oklch, oklab, lch, lab": "a { color: oklch(40% 0.2 20); }",
    "color()": "a { color: color(display-p3 1 0 0); }",
    "relative colours": "a { color: rgb(from red r g b); }",
    "light-dark()": "a { color: light-dark(red, blue); }",
    "& nesting": "a { &:hover { color: red; } }",
    "@scope": "@scope (.a) { b { color: red; } }",
    "@starting-style": "@starting-style { a { opacity: 0; } }",
    "@view-transition": "@view-transition { navigation: auto; }",
    "@position-try": "@position-try --x { top: 0; }",
    "style queries": "@container style(--x: 1) { a { color: red; } }",
    "anchor positioning": "a { top: anchor(bottom); }",
    "subgrid": "a { grid-template-rows: subgrid; }",
    "text-wrap": "a { text-wrap: balance; }",
    "white-space-collapse": "a { white-space-collapse: preserve; }",
    "scroll-driven animations": "a { animation-timeline: view(); }",
    "view-transition-name": "a { view-transition-name: x; }",
    "scrollbar-color, scrollbar-width": "a { scrollbar-width: thin; }",
    "field-sizing": "a { field-sizing: content; }",
    "interpolate-size, calc-size()": "a { width: calc-size(auto, size); }",
    "transition-behavior": "a { transition-behavior: allow-discrete; }",
    "linear()": "a { transition-timing-function: linear(0, 1); }",
    "trigonometry": "a { width: calc(1px * sin(1)); }",
    "round(), mod(), rem()": "a { width: round(1px, 2px); }",
    ":popover-open": "a:popover-open { color: red; }",
    ":user-valid": "a:user-invalid { color: red; }",
    ":dir()": "a:dir(rtl) { color: red; }",
    ":nth-child(of)": "a:nth-child(2 of .b) { color: red; }",
    "::details-content": "a::details-content { color: red; }",
    "bare image-set()": "a { background: image-set('a.png' 1x); }",
}
JS = {
    "toSorted, toReversed, toSpliced": "rows.toSorted()",
    "Array.prototype.with": "rows.with(0, 1)",
    "isWellFormed": "text.isWellFormed()",
    "startViewTransition": "document.startViewTransition(go)",
    "regular expression flag v": r"const a = /[\p{L}--[a-z]]/v;",
    "popover": "box.showPopover()",
    "AbortSignal.any": "AbortSignal.any([a, b])",
    "Object.groupBy, Map.groupBy": "Object.groupBy(rows, of)",
    "Promise.withResolvers": "Promise.withResolvers()",
    "URL.canParse": "URL.canParse(at)",
    "Array.fromAsync": "Array.fromAsync(rows)",
    "set methods": "known.union(others)",
    "iterator helpers": "map.values().map(of)",
    "import attributes": "import rows from './a.json' with { type: 'json' }",
    "setHTMLUnsafe": "box.setHTMLUnsafe(text)",
    "URL.parse": "URL.parse(at)",
    "Promise.try": "Promise.try(go)",
    "moveBefore": "box.moveBefore(one, other)",
    "using": "using file = open()",
    "RegExp.escape": "RegExp.escape(text)",
    "Temporal": "Temporal.Now.instant()",
}
HTML = {
    "popover": "<div popover>",
    "<search>": "<search>",
    "<details name>": '<details class="a" name="b">',
    "commandfor": '<button commandfor="a">',
    "closedby": '<dialog closedby="any">',
}


def test_each_newer_feature_has_an_example_here():
    assert list(CSS) == [one.name for one in browsers.CSS]
    assert list(JS) == [one.name for one in browsers.JS]
    assert list(HTML) == [one.name for one in browsers.HTML]


@pytest.mark.parametrize("name", CSS)
def test_a_newer_feature_of_style_is_found(name):
    assert name in [one.name for one in browsers.in_css(CSS[name])]


@pytest.mark.parametrize("name", JS)
def test_a_newer_feature_of_script_is_found(name):
    assert [one.name for one in browsers.in_script(JS[name])] == [name]


@pytest.mark.parametrize("name", HTML)
def test_a_newer_feature_of_a_page_is_found(name):
    assert [one.name for one in browsers.in_html(HTML[name])] == [name]


def test_a_rule_inside_a_rule_is_nesting_and_one_inside_a_condition_is_not():
    assert [one.name for one in browsers.in_css(".a { color: red; .b { color: blue; } }")] == ["nesting"]
    fine = "@media print { .a { color: red; } } @keyframes k { from { top: 0; } to { top: 1px; } } .b { top: 0; }"
    assert browsers.in_css(fine) == []


def test_what_chrome_109_knows_is_left_alone():
    css = (
        ".a:has(.b) { inset: 0; width: min(1px, 2dvh); accent-color: red; background: linear-gradient(red, blue); }"
        " @layer x { .c { color: rgba(1, 2, 3, .4); } } @container (min-width: 1px) { .text-wrap { top: 0; } }"
    )
    assert browsers.in_css(css) == []
    js = (
        "rows.findLast(a); rows.at(-1); structuredClone(b); set.has(c); x = a / b / c; Object.hasOwn(d, 'e');"
    )
    assert browsers.in_script(js) == []


def test_words_in_comments_and_strings_are_no_features():
    assert browsers.in_css("/* color-mix( */ a::before { content: 'light-dark('; }") == []
    assert browsers.in_script("// Object.groupBy\n/* toSorted( */ const a = 'Promise.try';") == []


def test_a_feature_with_a_fallback_is_left_alone_and_what_follows_it_is_not():
    guarded = "@supports (color: oklch(0 0 0)) { a { color: oklch(40% 0.2 20); } }"
    assert browsers.in_css(guarded) == []
    assert [one.name for one in browsers.in_css(guarded + " b { color: light-dark(red, blue); }")] == [
        "light-dark()"
    ]


def test_a_method_of_a_librarys_own_is_not_taken_for_the_newer_one():
    assert browsers.in_script("box.union(other)", foreign=True) == []
    assert browsers.in_script("rows.toSorted()", foreign=True) != []


def test_what_is_served_runs_in_chrome_109():
    assert browsers.newer() == []


def test_nothing_is_excused_that_is_not_there():
    if not (browsers.VENDOR / "stamp").exists():
        pytest.skip("the browser parts were not fetched")
    there = {
        (path.name, one.name) for path in browsers.VENDOR.glob("*.[cj]s*") for one in browsers.in_file(path)
    }
    assert set(browsers.HARMLESS) <= there
