"""What was asked of whoever reported, and what he answered: kept as one text of the report, a line for each. Pure."""

from collections.abc import Iterable
from typing import Final

MOST: Final = 10
LONGEST: Final = 200
Asked = tuple[tuple[str, str], ...]


def packed(answers: Iterable[tuple[str, str]]) -> str:
    """One line for each question that was answered; blanks within are single."""
    lines = ((" ".join(question.split()), " ".join(answer.split())) for question, answer in answers)
    return "\n".join(f"{question}\t{answer}" for question, answer in lines if question and answer)


def unpacked(text: str) -> Asked:
    """(question, answer) of each line; a text that was erased holds none."""
    lines = (line.partition("\t") for line in text.splitlines())
    return tuple((question, answer) for question, sign, answer in lines if sign and answer)


def fits(answers: Asked) -> bool:
    """Whether so many answers of such a length are kept."""
    return len(answers) <= MOST and all(len(word) <= LONGEST for pair in answers for word in pair)
