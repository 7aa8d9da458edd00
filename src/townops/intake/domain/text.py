"""Chinese text as the models see it: no blanks, numbers or anonymised places, and none of the courtesies."""

import re
from typing import Final

LONGEST_BODY: Final = 400
LONGEST_TITLE: Final = 60
_PLACE: Final = re.compile(r"[a-z]\d*[省市县区镇]|西地省|\d+")
_COURTESY: Final = re.compile(r"尊敬的|您好|你好|领导|书记|市长|县长|请问|谢谢|投诉|举报|咨询|反映|关于")
_BLANK: Final = re.compile(r"\s+")


def clean(text: str) -> str:
    """Text without what says nothing about its subject."""
    return _COURTESY.sub("", _PLACE.sub("", _BLANK.sub("", text.lower())))


def split(text: str) -> tuple[str, str]:
    """(title, body): a short first line is the title; a text without one is its own title, cut."""
    first, _, rest = text.strip().partition("\n")
    if rest.strip() and len(first) <= LONGEST_TITLE:
        return first, rest
    return text.strip()[:LONGEST_TITLE], text


def views(text: str) -> tuple[str, str]:
    """The two views a message is judged by: its title, and title (twice) with the body's beginning."""
    title, body = split(text)
    head = clean(title)
    return head, head * 2 + clean(body)[:LONGEST_BODY]
