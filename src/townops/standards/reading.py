"""Reading a file as the town's document: text of any usual encoding with numbered paragraphs in it."""

from typing import Final

from townops.kernel.refusal import Refused
from townops.standards.catalogues import current
from townops.standards.domain.document import Paragraph, paragraphs

LARGEST: Final = 2 * 1024 * 1024
ENCODINGS: Final = ("utf-8-sig", "gb18030")


def read_text(content: bytes) -> str:
    """Refused: `document_too_large`, `document_unreadable`."""
    if len(content) > LARGEST:
        raise Refused("document_too_large", largest=LARGEST // 1024 // 1024)
    if b"\x00" in content:
        raise Refused("document_unreadable")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("document_unreadable")


def read_document(content: bytes) -> tuple[Paragraph, ...]:
    """Its numbered paragraphs. Refused: as `read_text`, and `document_empty` where there are none."""
    found = paragraphs(read_text(content), current().terms.plans)
    if not found:
        raise Refused("document_empty")
    return found
