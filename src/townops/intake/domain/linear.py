"""A linear text model without pickles and without a learning library: words, weights and names in
one npz file.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from townops.intake.domain.text import views

Floats = npt.NDArray[np.float64]
Small = npt.NDArray[np.float32]
LARGEST_VOCABULARY: Final = 60_000


def grams(text: str) -> Counter[str]:
    """Characters and pairs of neighbouring characters."""
    found = Counter(text)
    found.update(map("".join, pairwise(text)))
    return found


@dataclass(frozen=True)
class Features:
    """Place of each n-gram in a row, and its rarity (idf)."""

    places: dict[str, int]
    rarity: Small

    @classmethod
    def of(cls, texts: Sequence[str], *, at_least: int) -> "Features":
        """Learn which n-grams count: those in `at_least` texts or more, the commonest 60,000."""
        seen: Counter[str] = Counter()
        for text in texts:
            seen.update(grams(text).keys())
        kept = [(word, count) for word, count in seen.most_common(LARGEST_VOCABULARY) if count >= at_least]
        rarity = [math.log((1 + len(texts)) / (1 + count)) + 1 for _, count in kept]
        return cls(
            {word: place for place, (word, _) in enumerate(kept)}, np.asarray(rarity, dtype=np.float32)
        )

    def row(self, text: str) -> tuple[npt.NDArray[np.int64], Small]:
        """Places and weights of a text's n-grams: (1 + ln count) x rarity, of length one."""
        known = [(self.places[word], count) for word, count in grams(text).items() if word in self.places]
        if not known:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        places, counts = np.asarray(known, dtype=np.int64).T
        values = (1 + np.log(counts)) * self.rarity[places]
        return places, np.asarray(values / np.linalg.norm(values), dtype=np.float32)


@dataclass(frozen=True)
class LinearModel:
    """`weights` (n-grams, classes) and `biases` score classes; `calibration` says what a
    probability means.
    """

    features: Features
    classes: tuple[str, ...]
    weights: Small
    biases: Small
    about: str
    calibration: tuple[float, float]

    def probabilities(self, texts: Iterable[str]) -> Floats:
        """(texts, classes): the mean of the title's and the whole's softmax; each row sums to one."""
        rows = [self._probability(text) for text in texts]
        return np.asarray(rows, dtype=np.float64).reshape(len(rows), len(self.classes))

    def confidence(self, probability: Floats) -> Floats:
        """What share of suggestions of this probability are right (calibrated on labelled messages)."""
        slope, offset = self.calibration
        inside = np.clip(probability, 1e-6, 1 - 1e-6)
        odds = np.log(inside / (1 - inside))
        return np.asarray(1 / (1 + np.exp(-(slope * odds + offset))), dtype=np.float64)

    def save(self, path: Path) -> None:
        """Write the model; the old file is replaced in one move."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new.npz")
        np.savez_compressed(
            fresh,
            words=np.asarray(list(self.features.places), dtype=np.str_),
            rarity=self.features.rarity,
            classes=np.asarray(self.classes, dtype=np.str_),
            weights=self.weights.astype(np.float16),
            biases=self.biases,
            about=np.asarray(self.about, dtype=np.str_),
            calibration=np.asarray(self.calibration),
        )
        fresh.replace(path)

    def _probability(self, text: str) -> Floats:
        head, whole = views(text)
        return (self._softmax(head) + self._softmax(whole)) / 2

    def _softmax(self, text: str) -> Floats:
        places, values = self.features.row(text)
        scores = np.asarray(values @ self.weights[places] + self.biases, dtype=np.float64)
        scores = np.exp(scores - scores.max())
        return np.asarray(scores / scores.sum(), dtype=np.float64)


def load(path: Path) -> LinearModel:
    """Read a saved model; read once for each state of the file."""
    stated = path.stat()
    return _load(path, stated.st_mtime_ns, stated.st_size)


@lru_cache(maxsize=2)
def _load(path: Path, changed: int, size: int) -> LinearModel:
    with np.load(path, allow_pickle=False) as kept:
        arrays: dict[str, Any] = {name: kept[name] for name in kept.files}
    slope, offset = arrays["calibration"]
    return LinearModel(
        Features({str(word): place for place, word in enumerate(arrays["words"])}, arrays["rarity"]),
        tuple(str(one) for one in arrays["classes"]),
        arrays["weights"].astype(np.float32),
        arrays["biases"].astype(np.float32),
        str(arrays["about"]),
        (float(slope), float(offset)),
    )
