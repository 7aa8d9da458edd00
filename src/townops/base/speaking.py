"""The edge where the desk's Chinese pages are said in the language their reader chose (ADR 0018).

Pages are made in Chinese. On the way out the texts between tags and of spoken attributes are looked up in the
catalogue, so that templates, sentences and names of states need no translation calls, and nothing that is stored
is ever in another language. What people typed stands in elements marked `translate="no"`, or in values of fields.
"""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from townops.kernel.messages import HAN, Speech, read_po, used_by_scripts

CHINESE: Final = "zh-hans"
MACHINES: Final = "/api/"
CATALOGUES: Final = Path(__file__).resolve().parent.parent / "locale"
SPOKEN: Final = ("title", "placeholder", "aria-label", "alt", "label", "data-words", "data-label")
SIGNS: Final = f"{HAN}、，。；：（）"  # a pause alone between two links is said too
SAID: Final = rf'(?P<name> (?:{"|".join(SPOKEN)})=")(?P<said>[^"<{HAN}]*+[{HAN}][^"<]*)(?=")'
PARTS: Final = re.compile(
    r"<(textarea|script|style)\b[^>]*>.*?</\1(?=>)"
    r"|(?P<option><option\b(?![^>]*\bvalue=)[^>]*)>(?P<choice>[^<]*)"
    r'|<([a-z][\w-]*) [^>]*\btranslate="no"[^>]*>.*?</\4(?=>)'
    rf"|{SAID}|>(?P<text>[^<{SIGNS}]*+[{SIGNS}][^<]*)",
    re.S,
)
OPENED: Final = re.compile(r"<[a-z][\w-]*\b[^>]*>")
ATTRIBUTE: Final = re.compile(SAID)
HEARD: Final = frozenset({"said", "label", "detail"})  # of JSON, what is shown


@cache
def speech(language: str) -> Speech | None:
    """What says Chinese in a language; none for Chinese itself."""
    file = CATALOGUES / language / "LC_MESSAGES" / "django.po"
    return Speech.of(read_po(file.read_text("utf-8"))) if file.exists() else None


@cache
def script_words(language: str) -> str:
    """Words for the desk's modules, as data in the page: no script runs from a page."""
    file = CATALOGUES / language / "LC_MESSAGES" / "django.po"
    known, said = file.read_text("utf-8"), speech(language)
    words = {key: said.words[key] for key in used_by_scripts(known) if said and key in said.words}
    held = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="words">{held}</script>'


def chosen(request: HttpRequest) -> str:
    """The language the reader chose by the switch; machines choose by the header, browsers never do."""
    if request.path.startswith(MACHINES):
        wish = request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0].strip().lower()
        return wish if wish == "en" else CHINESE
    wish = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return wish if wish in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def language_of_page(_request: HttpRequest) -> dict[str, str]:
    """For templates: which language the switch offers to leave."""
    return {"language": translation.get_language() or CHINESE}


class Speaking:
    """Says every page and every message for the desk's scripts in the reader's language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen(request)
        if language == translation.get_language():
            response = self._get_response(request)
        else:
            with translation.override(language):
                response = self._get_response(request)
        if (said := speech(language)) is not None and not response.streaming:
            _speak(response, said, language)
        return response


def _speak(response: HttpResponse, said: Speech, language: str) -> None:
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if kind == "text/html":
        response.content = page(response.content.decode(), said, language)
    elif kind in {"application/json", "application/problem+json"} and _shows(response.content):
        response.content = json.dumps(_heard(json.loads(response.content), said), ensure_ascii=False)
    else:
        return
    patch_vary_headers(response, ("Cookie",))
    if "Content-Length" in response.headers:
        response.headers["Content-Length"] = str(len(response.content))


def _shows(content: bytes) -> bool:
    """Whether a document holds words at all; shapes of a map do not and are long."""
    return any(f'"{name}"'.encode() in content for name in HEARD)


def page(html: str, said: Speech, language: str) -> str:
    """A page or a part of one; a whole page also carries the words its scripts say."""
    spoken = PARTS.sub(lambda found: _part(found, said), html)
    spoken = spoken.replace('<html lang="zh-Hans"', f'<html lang="{language}"', 1)
    return spoken.replace("</body>", f"{script_words(language)}</body>", 1)


def _part(found: re.Match[str], said: Speech) -> str:
    if found["option"] is not None:  # what is sent back stays as it was made
        return f'{found["option"]} value="{found["choice"].strip()}">{said.say(found["choice"])}'
    if found["text"] is not None:
        return ">" + said.say(found["text"])
    if found["name"] is not None:
        return found["name"] + said.say(found["said"])
    whole = found[0]
    if opened := OPENED.match(whole):  # its attributes are spoken, what is in it is not
        head = ATTRIBUTE.sub(lambda one: one["name"] + said.say(one["said"]), opened[0])
        return head + whole[opened.end() :]
    return whole


def _heard(value: object, said: Speech, *, shown: bool = False) -> object:
    if isinstance(value, dict):
        return {key: _heard(one, said, shown=key in HEARD) for key, one in value.items()}
    if isinstance(value, list):
        return [_heard(one, said, shown=shown) for one in value]
    return said.say(value) if shown and isinstance(value, str) else value
