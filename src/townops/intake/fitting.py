"""Fitting the linear model: the only file that loads a learning library, and only in the child
that learns.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from townops.intake.domain.linear import Features, LinearModel
from townops.intake.domain.text import views

STRENGTH: Final = 10.0
ROUNDS: Final = 60


@dataclass(frozen=True)
class Examples:
    """Texts as they are (title on the first line), the class of each and how much it counts."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    weights: tuple[float, ...]

    def __add__(self, other: "Examples") -> "Examples":
        return Examples(self.texts + other.texts, self.labels + other.labels, self.weights + other.weights)


def matrix(features: Features, texts: list[str]) -> csr_matrix:
    """(texts, n-grams), sparse."""
    rows = [features.row(text) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in rows)])
    places = np.concatenate([places for places, _ in rows])
    values = np.concatenate([values for _, values in rows])
    return csr_matrix((values, places, ends), shape=(len(texts), len(features.places)))


def fit(
    features: Features, examples: Examples, *, about: str, calibration: tuple[float, float]
) -> LinearModel:
    """Train on both views of every example: its title, and the whole of it."""
    pairs = [views(text) for text in examples.texts]
    both = matrix(features, [head for head, _ in pairs] + [whole for _, whole in pairs])
    found = LogisticRegression(C=STRENGTH, max_iter=ROUNDS)
    found.fit(both, examples.labels * 2, sample_weight=np.asarray(examples.weights * 2) / 2)
    return LinearModel(
        features,
        tuple(str(one) for one in found.classes_),
        np.ascontiguousarray(found.coef_.T, dtype=np.float32),
        np.asarray(found.intercept_, dtype=np.float32),
        about,
        calibration,
    )
