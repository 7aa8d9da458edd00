"""Trains the classifier in a process of its own: reads files, writes one model file, touches no database.

`python -m townops.intake.learn OUT [FILE...]`. FILE is a .csv or .csv.gz; its heads tell its shape: subject
classes confirmed in the town (`class_code`, `text`), messages without a label (留言编号, 留言主题, 留言详情),
messages with a first-level label (一级标签), or word-segmented ones (`tokens`, `label`). Messages of the
evaluation are left out.
"""

import sys
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from townops.intake.corpus import Corpus, held_out, read
from townops.intake.domain.linear import Features, LinearModel
from townops.intake.domain.text import clean
from townops.intake.fitting import Examples, fit

CLASSES: Final = Path(__file__).parent.parent / "catalogue" / "starting" / "hotline.toml"
PHRASES: Final = Path(__file__).parent / "starting" / "hotline_phrases.toml"
KEYWORD_WEIGHT: Final = 0.5
CONFIRMED_WEIGHT: Final = 3.0
PER_CLASS: Final = 60
SHARE: Final = 0.5
# Slope and offset of the logistic that turns a model's probability into the share that is right,
# fitted on the labelled
# messages of `evaluation/labels_300.csv` (docs/hotline-evaluation.md).
OWN_CALIBRATION: Final = (1.128, 2.340)
LOCAL_CALIBRATION: Final = (0.790, 1.996)


@cache
def own() -> Examples:
    """Names, keywords and our own sentences of every 小类."""
    subjects = tomllib.loads(CLASSES.read_text("utf-8"))["subject"]
    phrases = tomllib.loads(PHRASES.read_text("utf-8"))
    rows: list[tuple[str, str, float]] = []
    for one in subjects:
        if "parent" not in one:
            continue
        code = one["code"]
        rows += [(sentence, code, 1.0) for sentence in (one["name"], *phrases.get(code, []))]
        rows += [(word, code, KEYWORD_WEIGHT) for word in one["keywords"]]
    texts, labels, weights = zip(*rows, strict=True)
    return Examples(texts, labels, weights)


def from_own_texts() -> LinearModel:
    """The shipped model: our own texts only (a few seconds)."""
    examples = own()
    features = Features.of([clean(text) for text in examples.texts], at_least=1)
    return fit(features, examples, about="own texts", calibration=OWN_CALIBRATION)


def from_files(files: Sequence[Path]) -> LinearModel:
    """Our own texts, what the town confirmed, and weak labels: the model's own surest guesses on
    unlabelled messages.

    A first-level label, where a message has one, restricts the guess. One round: more rounds
    amplify mistakes.
    """
    corpus = read(files, without=held_out())
    confirmed = Examples(
        tuple(corpus.confirmed_texts),
        tuple(corpus.confirmed_labels),
        (CONFIRMED_WEIGHT,) * len(corpus.confirmed_texts),
    )
    sure = own() + confirmed
    every = [clean(text) for text in (*sure.texts, *corpus.texts)]
    features = Features.of(every, at_least=2 if corpus.texts else 1)
    about = f"own texts, {len(confirmed.texts)} confirmed, {len(corpus.texts)} unlabelled messages"
    first = fit(features, sure, about=about, calibration=LOCAL_CALIBRATION)
    if not corpus.texts:
        return first
    return fit(features, sure + guessed(first, corpus), about=about, calibration=LOCAL_CALIBRATION)


def guessed(model: LinearModel, corpus: Corpus) -> Examples:
    """Weak labels: in each class the surest half of what the model puts there, at most sixty."""
    found = model.probabilities(corpus.texts) * allowed(model.classes, corpus)
    best = found.argmax(axis=1)
    sure = found.max(axis=1)
    kept: list[int] = []
    for place in range(len(model.classes)):
        mine = np.flatnonzero(best == place)
        mine = mine[np.argsort(-sure[mine])]
        kept += [int(one) for one in mine[: min(PER_CLASS, max(8, int(len(mine) * SHARE)))]]
    return Examples(
        tuple(corpus.texts[one] for one in kept),
        tuple(model.classes[best[one]] for one in kept),
        tuple(float(sure[one]) ** 0.5 for one in kept),
    )


def allowed(classes: Sequence[str], corpus: Corpus) -> npt.NDArray[np.float64]:
    """(messages, classes): 1 where the first-level label lets the class be, 0.02 where it does not."""
    mask = np.ones((len(corpus.texts), len(classes)))
    for row, prefixes in enumerate(corpus.within):
        if prefixes:
            mask[row] = [1.0 if code.startswith(prefixes) else 0.02 for code in classes]
    return mask


def main(arguments: Sequence[str]) -> int:
    """Train and save; 2 when a file cannot be used."""
    target, files = Path(arguments[0]), [Path(one) for one in arguments[1:]]
    model = from_files(files) if files else from_own_texts()
    model.save(target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
