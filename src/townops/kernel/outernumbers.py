"""Numbers other houses give: written full-width, in small letters or with blanks within, they are the same number."""

import unicodedata
from typing import Final

_SHAPE: Final = "NFKC"


def comparable(text: str) -> str:
    """What two spellings of one number have in common: NFKC, capitals, nothing that leaves no mark. Idempotent; may be empty."""
    if text.isascii() and text.isalnum():
        return text.upper()
    found = "".join(sign for sign in _capitals(text) if not _leaves_no_mark(sign))
    return found if found == text else comparable(found)


def _capitals(text: str) -> str:
    return unicodedata.normalize(_SHAPE, unicodedata.normalize(_SHAPE, text).upper())


def _leaves_no_mark(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) == "Cf"
