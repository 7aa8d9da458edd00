"""Declare down, consume up: declarations are found by file name, and questions go up through named answers.

A context puts its declarations into files of fixed names (`MODULES`); nothing central is edited to add one,
and a bad one stops start-up.
"""

from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, Generic, TypeVar

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

MODULES: Final = (
    "access",
    "answers",
    "channels",
    "jobs",
    "layers",
    "ledgers",
    "measures",
    "news",
    "papers",
    "tunables",
    "words",
)
T = TypeVar("T")


class Registry(Generic[T]):
    """Things declared once by name. The same name for something else stops start-up."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._found: dict[str, T] = {}

    def add(self, name: str, thing: T) -> T:
        """Register; a second declaration of the same name is refused unless it is the very same thing."""
        if self._found.setdefault(name, thing) is not thing:
            raise ImproperlyConfigured(f"{self._what} {name!r} is declared twice")
        return thing

    def get(self, name: str) -> T | None:
        return self._found.get(name)

    def all(self) -> dict[str, T]:
        """Everything declared, in order of name."""
        return dict(sorted(self._found.items()))


class Answers:
    """Questions a lower context asks without knowing who answers ("dispatch.propose")."""

    def __init__(self) -> None:
        self._answers: Registry[Callable[..., Any]] = Registry("answer")

    def register(self, question: str, answer: Callable[..., Any]) -> None:
        """Say who answers; two answers to one question stop start-up."""
        self._answers.add(question, answer)

    def knows(self, question: str) -> bool:
        return self._answers.get(question) is not None

    def ask(self, question: str, *args: Any, **facts: Any) -> Any:
        """Ask. `LookupError` when nobody is installed who answers: ask `knows` first where that is normal."""
        answer = self._answers.get(question)
        if answer is None:
            raise LookupError(f"nobody answers {question!r}")
        return answer(*args, **facts)


answers: Final = Answers()


def contexts() -> list[str]:
    """Dotted names of the installed contexts, lowest layer first."""
    return [config.name for config in apps.get_app_configs() if config.name.startswith("townops.")]


def autodiscover(module_names: Iterable[str]) -> list[str]:
    """Import those modules of every installed context that exist; a module that fails to import stops
    start-up.
    """
    found = [f"{context}.{name}" for context in contexts() for name in module_names]
    present = [name for name in found if find_spec(name) is not None]
    for name in present:
        import_module(name)
    return present
