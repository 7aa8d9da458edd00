"""The door to standards: the catalogue, the town's document, the board, and what is signed (C3, U32, V13)."""

from townops.standards.catalogues import Catalogue, current
from townops.standards.documents import DocumentView, Loaded, documents, load_document, texts
from townops.standards.domain.items import Every, Item, Modality
from townops.standards.domain.judging import WORDS as STATE_WORDS
from townops.standards.domain.judging import State
from townops.standards.reporting import Board, Line, as_data, board, day_of, end_of, report
from townops.standards.saying import EVERY_WORDS, MODALITY_WORDS
from townops.standards.signing import BASES, Given, attest, enter_basis, exempt, withdraw

__all__ = [
    "BASES",
    "EVERY_WORDS",
    "MODALITY_WORDS",
    "STATE_WORDS",
    "Board",
    "Catalogue",
    "DocumentView",
    "Every",
    "Given",
    "Item",
    "Line",
    "Loaded",
    "Modality",
    "State",
    "as_data",
    "attest",
    "board",
    "current",
    "day_of",
    "documents",
    "end_of",
    "enter_basis",
    "exempt",
    "load_document",
    "report",
    "texts",
    "withdraw",
]
