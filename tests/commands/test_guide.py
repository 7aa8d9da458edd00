"""The guide says what the screen says: its pages, pictures, accounts, quoted words and permitted steps are those there are.

Mark-up of the guide: 「…」 quotes what stands on the screen, letter by letter; a line "- `account`：「步骤」…" under the heading
可以办的步骤 lists every step of that account.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from townops.commands.demo import ACCOUNTS
from townops.console import bulk, labels, menu, pins, queues
from townops.console.views import notices
from townops.demo.people import IN_VILLAGE, NAMED
from townops.orders import api as orders
from townops.orders.domain.step import SIGNATURE, Step
from townops.orders.domain.steps import HIDDEN
from townops.orders.words import FACTS_OF_STEP

PROJECT = Path(__file__).parents[2]
GUIDE = PROJECT / "docs" / "guide"
INDEX = GUIDE / "README.md"
PAGES = sorted(GUIDE.glob("*.md"))
CONSOLE = PROJECT / "src" / "townops" / "console"
STARTING = PROJECT / "src" / "townops" / "people" / "starting"
QUOTED = re.compile(r"「([^」]+)」")
LINK = re.compile(r"\]\(([^)#]+?)(?:#[^)]*)?\)")
STEPS_OF = re.compile(r"^- `(\w+)`：(.+)$", re.MULTILINE)
HEADING = "## 可以办的步骤"


def text(page: Path) -> str:
    return page.read_text("utf-8")


def named(page: Path) -> str:
    return page.name


def visible(template: str) -> Iterator[str]:
    """What a template shows, cut wherever a tag, an element or a value stands."""
    apart = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", "\n", template, flags=re.DOTALL)
    return (line.strip() for line in apart.splitlines())


def offered() -> Iterator[str]:
    """The words of code: steps, states, entries, queues, choices, fields, marks."""
    yield SIGNATURE
    yield from (step.label for step in orders.STEPS.values())
    yield from (look.word for look in orders.LOOKS.values())
    for group in menu.GROUPS:
        yield from (group.label, *(entry.label for entry in group.entries))
    yield from (pin.label for pin in pins.PINS)
    yield from (queue.label for queue in queues.QUEUES)
    yield from (action.label for action in bulk.ACTIONS)
    yield from (word for word, _icon in notices.KINDS.values())
    yield from (notices.ORDERS, *notices.GOES.values())
    yield from (word for pair in labels.YES_NO.values() for word in pair)
    yield from labels.CHOICES.values()
    yield from labels.MARKS.values()
    yield from labels.SENT_BY.values()
    yield from (field.partition("（")[0] for field in [*labels.FACTS.values(), *FACTS_OF_STEP.values()])


@cache
def on_screen() -> frozenset[str]:
    """Everything a person can read on some page, letter by letter."""
    shown = set(offered())
    for template in CONSOLE.glob("templates/**/*.html"):
        shown.update(visible(text(template)))
    for script in CONSOLE.glob("static/console/*.js"):
        shown.update(re.findall(r'"([^"\n]+)"', text(script)))
    papers = text(PROJECT / "src" / "townops" / "orders" / "papers.py")
    shown.update(f"打印{label}" for label in re.findall(r'@paper\("\w+", label="([^"]+)"', papers))
    return frozenset(shown)


def taken_by_stories() -> set[str]:
    stories = "".join(text(one) for one in (PROJECT / "tests" / "stories").glob("*.py"))
    return set(re.findall(r'shoot\(\w+, "([^"]+)"\)', stories))


def starting_posts() -> dict[str, dict[str, Any]]:
    """Unit.post -> the post, as a town starts."""
    units = tomllib.loads(text(STARTING / "units.toml"))
    every = [*units["unit"], *units["village_unit"]]
    return {f"{unit['code']}.{post['code']}": post for unit in every for post in unit["posts"]}


def roles_of(codes: Iterable[str]) -> list[str]:
    """Of the posts a person is appointed to and of those he fills besides (兼任)."""
    posts = starting_posts()
    held = [post for code, post in posts.items() if code in codes or post.get("filled_by", "") in codes]
    return [role for post in held for role in post.get("roles", [])]


@cache
def steps_of() -> dict[str, list[str]]:
    """Demo account -> labels of the steps its roles permit, in the order of the lifecycle table."""
    roles = tomllib.loads(text(STARTING / "roles.toml"))["role"]
    permits = {role["code"]: role["permissions"] for role in roles}
    appointed = {**NAMED, **{name: (code,) for name, code in IN_VILLAGE.items()}}
    steps = [one for name, one in orders.STEPS.items() if name not in HIDDEN]
    found = {}
    for account in ACCOUNTS:
        given = {one for role in roles_of(appointed[account]) for one in permits[role]}
        found[account] = [label for one in steps if one.permissions & given for label in called(one, given)]
    return found


def called(step: Step, given: set[str]) -> Iterator[str]:
    """What a step is called by who may take it: the center's review is, raised, also a leader's signature."""
    if step.name != "review_center" or "orders.review_center" in given:
        yield step.label
    if step.name == "review_center" and "orders.sign_raised" in given:
        yield SIGNATURE


def steps_said() -> dict[str, list[str]]:
    """Account -> the steps some page lists for it."""
    said: dict[str, list[str]] = {}
    for page in PAGES:
        _, _, listed = text(page).partition(HEADING)
        for account, steps in STEPS_OF.findall(listed):
            assert account not in said, f"{account} stands on two pages"
            said[account] = QUOTED.findall(steps)
    return said


def test_every_page_is_linked_from_the_index() -> None:
    linked = set(LINK.findall(text(INDEX)))
    assert [page.name for page in PAGES if page != INDEX and page.name not in linked] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    files = [one for one in LINK.findall(text(page)) if "://" not in one and not one.endswith(".png")]
    assert [one for one in files if not (GUIDE / one).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_picture_is_one_a_story_takes(page: Path) -> None:
    pictures = [one for one in LINK.findall(text(page)) if one.endswith(".png")]
    wanted = {f"../screens/{name}.png" for name in taken_by_stories()}
    assert [one for one in pictures if one not in wanted] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_what_a_page_quotes_stands_on_the_screen(page: Path) -> None:
    quoted = QUOTED.findall(text(page))
    assert quoted
    assert sorted({one for one in quoted if one not in on_screen()}) == []


def test_every_demo_account_finds_a_page_of_its_own() -> None:
    every = "".join(text(page) for page in PAGES if page != INDEX)
    assert [name for name in ACCOUNTS if f"`{name}`" not in every] == []


def test_a_page_lists_exactly_the_steps_its_accounts_may_take() -> None:
    wanted = {account: steps for account, steps in steps_of().items() if steps and account != "hotline2"}
    assert steps_said() == wanted
