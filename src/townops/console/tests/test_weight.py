"""No page of the desk brings over 300 kB, compressed, to a browser that has nothing yet; maps and charts apart."""

import gzip
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from townops.base.models import Account
from townops.console.tests.test_doors import MAP_PAGES, PAGES

pytestmark = pytest.mark.django_db
MOST = 300_000
APART = re.compile(r"maplibre|echarts|townmap")
HASH = re.compile(r"\.[0-9a-f]{12}(?=\.\w+$)")
FACE = re.compile(r"url\(['\"]?([^'\")]+\.(?:woff2?|ttf))")
WEIGHED = (
    *(page for page in (*PAGES, *MAP_PAGES) if "workbook" not in page and not page.startswith("/map/")),
    "/handbook",
    "/handbook?source=hotline",
    "/second-factor",
    "/grid",
    "/grid/310115104002",
    "/grid/310115104002001",
    "/signin",
    "/wordings",
    "/wordings/new",
    "/many",
    "/register/{number}/receipt",
)


class Brought(HTMLParser):
    """Addresses of what a page makes a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        wanted = {"link": "href", "script": "src", "img": "src", "use": "href"}.get(tag)
        address = (told.get(wanted) or "") if wanted else ""
        if address.startswith("/static/"):
            self.found.add(address.partition("#")[0])


def file_of(address):
    name = address.removeprefix("/static/")
    found = finders.find(name) or finders.find(HASH.sub("", name))
    assert found, address
    return Path(found)


@cache
def weight_of(path):
    """As transferred: compressed, faces of a style sheet along with it."""
    content = path.read_bytes()
    faces = FACE.findall(content.decode("utf-8")) if path.suffix == ".css" else []
    own = path.stat().st_size if path.suffix == ".woff2" else len(gzip.compress(content, 6))
    return own + sum(weight_of((path.parent / one.partition("?")[0]).resolve()) for one in faces)


def weight(page, username):
    """(status, bytes) of a first visit."""
    client = Client()
    if username:
        client.force_login(Account.objects.get(username=username))
    response = client.get(page)
    told = Brought()
    told.feed(response.content.decode("utf-8"))
    brought = [one for one in told.found if not APART.search(one)]
    return response.status_code, len(gzip.compress(response.content, 6)) + sum(
        weight_of(file_of(one)) for one in brought
    )


def test_every_page_is_light_on_the_first_visit(town, registered):
    found = {}
    for page in WEIGHED:
        address = page.format(number=registered)
        found[page] = max(weight(address, who)[1] for who in ("shift", "director", "security", ""))
    assert {page: size for page, size in found.items() if size > MOST} == {}
    assert found["/orders"] > 60_000  # the style sheets are counted


def test_each_page_weighed_opens_for_somebody(town, registered):
    for page in set(WEIGHED) - {"/orders/0000X000000", "/map/base/1/1/1", "/board/dispatch", "/mine"}:
        opened = {
            weight(page.format(number=registered), who)[0] for who in ("shift", "director", "security", "")
        }
        assert 200 in opened, page
