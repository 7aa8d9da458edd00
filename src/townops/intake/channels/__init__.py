"""Channels: each folder turns bytes into Reports and knows nothing else. Fixtures: `good*` and
`broken*` payloads.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from townops.base.registry import Registry
from townops.intake.domain.report import Broken, Usable
from townops.kernel.refusal import Refused

Read = Callable[[bytes, str, str], Iterator[Usable | Broken]]


@dataclass(frozen=True, slots=True)
class Channel:
    """A way in: `read(payload, source, file name)` yields rows, usable or broken; a hopeless
    payload is Refused.
    """

    name: str
    label: str
    read: Read


_channels: Registry[Channel] = Registry("channel")


def channel(name: str, *, label: str) -> Callable[[Read], Read]:
    """Declare a channel."""

    def register(function: Read) -> Read:
        _channels.add(name, Channel(name, label, function))
        return function

    return register


def named(name: str) -> Channel:
    """One channel; Refused("channel_unknown")."""
    found = every().get(name)
    if found is None:
        raise Refused("channel_unknown", channel=name)
    return found


def every() -> dict[str, Channel]:
    """All channels by name; each folder here is one."""
    for module in iter_modules([str(Path(__file__).parent)]):
        import_module(f"{__name__}.{module.name}")
    return _channels.all()
