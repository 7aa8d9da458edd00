"""Adapters: each file here carries the messages of one source to the district by its interface (X0).

    @adapter("hotline")
    def send(message: Message) -> Receipt: ...

It may be called twice for one message (the peer takes `message.key` once), outside any transaction; what it raises is
shown beside the message, tried again with growing pauses, and after three times given up until a person says again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

from townops.base import tunables
from townops.base.access import TUNE
from townops.base.registry import Registry
from townops.base.tunables import Tunable, value_at
from townops.orders import flows
from townops.orders.upward.messages import Message


def _replying() -> list[tuple[str, str]]:
    known = set(flows.replying())
    return [(source, label) for source, label in flows.sources() if source in known]


FILE_DROP: Final = "upward.file_drop"
tunables.declare(
    Tunable(
        FILE_DROP,
        "",
        "自动落盘报送",
        "选中来源的上报消息自动写入报送文件夹，不用逐条送出",
        TUNE,
        choices=_replying,
    )
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the peer answered at once: its receipt number, or "" when that comes later; `how` it went, api or file."""

    number: str = ""
    how: str = "api"


Adapter = Callable[[Message], Receipt]
_adapters: Registry[Adapter] = Registry("upward adapter")


def adapter(source: str) -> Callable[[Adapter], Adapter]:
    """Declare what carries the messages of a source; a second one for it stops start-up."""

    def register(function: Adapter) -> Adapter:
        return _adapters.add(source, function)

    return register


def adapter_for(source: str, at: datetime) -> Adapter | None:
    """The source's own adapter, else the file drop where the town switched it on, else nobody: by hand."""
    from townops.orders.upward.file_drop import drop

    _discover()
    return _adapters.get(source) or (drop if source in dropped(value_at(FILE_DROP, at, default="")) else None)


def dropped(value: str) -> set[str]:
    """The sources a value of the setting switches on, without those whose own adapter comes first."""
    return {source for source in value.split(",") if source and _adapters.get(source) is None}


def carried(sources: list[str], at: datetime) -> list[str]:
    """Those of the sources whose messages leave by themselves."""
    return [source for source in sources if adapter_for(source, at) is not None]


def _discover() -> None:
    for module in iter_modules([str(Path(__file__).parent)]):
        import_module(f"{__name__}.{module.name}")
