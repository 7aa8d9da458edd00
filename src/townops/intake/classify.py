"""Suggests subject class and demand type. The model is DATA/models/hotline.npz, else the shipped
one, built on first use.

Learning happens in a child process without a database; suggesting is a few arrays in this one and
loads no learning library.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
from django.conf import settings

import townops
from townops.intake.domain import demand
from townops.intake.domain.linear import LinearModel, load
from townops.kernel.refusal import Refused

BRANCH: Final = "hotline"
# Calibrated confidence from which a class is given without a person (docs/hotline-evaluation.md).
THRESHOLD: Final = 0.76
MODEL: Final = "hotline.npz"
PACKAGE: Final = Path(townops.__file__).parent
OWN_TEXTS: Final = (
    PACKAGE / "catalogue" / "starting" / "hotline.toml",
    PACKAGE / "intake" / "starting" / "hotline_phrases.toml",
    PACKAGE / "intake" / "learn.py",
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A class and the share of such suggestions that are right (0 to 1)."""

    class_code: str
    confidence: float


def suggest(text: str, branch: str = BRANCH, *, top: int = 3) -> list[Suggestion]:
    """The likeliest classes of a text (title on its first line, if it has one); none for a branch
    without a model.
    """
    return suggest_many([text], branch, top=top)[0]


def suggest_many(texts: Sequence[str], branch: str = BRANCH, *, top: int = 3) -> list[list[Suggestion]]:
    """`suggest` for a batch, in order."""
    if branch != BRANCH or not texts:
        return [[] for _ in texts]
    model = current()
    found = model.probabilities(texts)
    order = np.argsort(-found, axis=1)[:, :top]
    sure = model.confidence(np.take_along_axis(found, order, axis=1))
    return [
        [Suggestion(model.classes[place], float(share)) for place, share in zip(places, shares, strict=True)]
        for places, shares in zip(order, sure, strict=True)
    ]


def demand_type(text: str) -> tuple[str, float]:
    """诉求类型 as the catalogue codes it, inferred from wording, and its confidence (0 to 1)."""
    name, confidence = demand.infer(text)
    return demand.CODES[name], confidence


def demand_types(texts: Iterable[str]) -> list[tuple[str, float]]:
    """`demand_type` for a batch, in order."""
    return [demand_type(text) for text in texts]


def current() -> LinearModel:
    """The model in force; Refused("model_missing") when it can neither be read nor built."""
    local = models_folder() / MODEL
    return load(local if local.exists() else shipped())


def is_ready() -> bool:
    """Whether there is a model that answers at once; building the first one takes its time."""
    return (models_folder() / MODEL).exists() or _own_path().exists()


def models_folder() -> Path:
    return Path(settings.DATA) / "models"


def shipped() -> Path:
    """The model of our own texts, built once for each state of them."""
    path = _own_path()
    if not path.exists():
        learn_in_child(path, [])
    return path


def _own_path() -> Path:
    stated = [path.stat() for path in OWN_TEXTS]
    digest = _own_digest(tuple((one.st_mtime_ns, one.st_size) for one in stated))
    return models_folder() / f"hotline-own-{digest}.npz"


@lru_cache(maxsize=2)
def _own_digest(_state: tuple[tuple[int, int], ...]) -> str:
    """Read once for each state of the texts."""
    return sha256(b"".join(path.read_bytes() for path in OWN_TEXTS)).hexdigest()[:12]


def learn_in_child(target: Path, files: Sequence[Path]) -> None:
    """Train in a process of its own; Refused("model_missing") with its last line when it fails."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = target.with_name(f"{target.stem}.{os.getpid()}.npz")
    command = [sys.executable, "-m", "townops.intake.learn", str(fresh), *map(str, files)]
    found = subprocess.run(  # noqa: S603  (our own module, arguments are paths)
        command,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        fresh.unlink(missing_ok=True)
        raise Refused("model_missing", reason=(found.stderr.strip().splitlines() or ["?"])[-1][:200])
    fresh.replace(target)
