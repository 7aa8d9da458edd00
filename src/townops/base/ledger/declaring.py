"""`@ledger`: a register is declared in about ten lines, and has its pages, sheets, history, permissions and API from them.

What is not said follows from the model: every typed column is in the form, the first of them are shown, the first unique
constraint is the business key. A bad declaration stops start-up.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar, Final, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import models

from townops.base import tunables
from townops.base.access import TUNE
from townops.base.ledger import layering, linking
from townops.base.ledger.columns import Column, column_of
from townops.base.ledger.records import Record
from townops.base.permissions import declare, declared
from townops.base.registry import Registry
from townops.base.tunables import Part, Tunable

OURS: Final = frozenset({"id", "town", "seq", "archived_at", "reviewed_on", "entered_at", "changed_at"})
SHOWN: Final = 7
LONGEST_CODE: Final = 18
LONG: Final = frozenset({"long", "shape", "degree"})
ACTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "view": ("查看台账：{what}", "查看台账，范围随岗位：{what}"),
    "edit": ("登记台账：{what}", "在台账中新增、修改、核对，范围随岗位：{what}"),
    "archive": ("归档台账：{what}", "把台账的记录归档或恢复：{what}"),
    "import": ("导入台账：{what}", "用表格批量登记台账：{what}"),
    "export": ("导出台账：{what}", "导出、打印台账，个人信息脱敏：{what}"),
    "all": ("全镇台账：{what}", "台账的权限不限本单位、本辖区，及于全镇：{what}"),
    "reveal": ("查看台账个人信息：{what}", "写明理由后查看台账中的电话、证件号，留痕：{what}"),
}


def actions(context: str, what: str) -> None:
    """Declare the named actions of a context's registers, "readiness.view" and so on, in its access.py."""
    for action, (label, sentence) in ACTIONS.items():
        declare(f"{context}.{action}", label.format(what=what), sentence.format(what=what))


class Ledger:
    """A declared register. Only `model` and `example` must be said.

    `key`: the business key by which a sheet finds a row again. `area`, `unit`: links that say who sees a row. `review_every`:
    how long a row is believed without being confirmed. `expires_on`: a day column after which it no longer counts. `in_order`:
    pairs of columns of which the first is never more than the second.
    """

    model: ClassVar[type[Record]]
    example: ClassVar[Mapping[str, object]]
    name: ClassVar[str] = ""
    label: ClassVar[str] = ""
    group: ClassVar[str] = ""
    about: ClassVar[str] = ""
    columns: ClassVar[tuple[str, ...]] = ()
    filters: ClassVar[tuple[str, ...]] = ()
    form: ClassVar[tuple[str, ...]] = ()
    key: ClassVar[tuple[str, ...]] = ()
    search: ClassVar[tuple[str, ...]] = ()
    sort: ClassVar[tuple[str, ...]] = ()
    area: ClassVar[str] = ""
    unit: ClassVar[str] = ""
    serves: ClassVar[tuple[str, ...]] = ()
    review_every: ClassVar[timedelta | None] = None
    expires_on: ClassVar[str] = ""
    in_order: ClassVar[tuple[tuple[str, str], ...]] = ()
    permissions: ClassVar[Mapping[str, str]] = {}

    def judge(self, record: Any) -> None:
        """A rule over several columns of one row: raise `Refused`. Nothing is asked by default."""

    def permission(self, action: str) -> str:
        """The named action that opens this to somebody: the context's own, unless the register says another."""
        return self.permissions.get(action, f"{self.context}.{action}")

    @cached_property
    def context(self) -> str:
        return self.model._meta.app_label

    @cached_property
    def kind(self) -> str:
        """What its rows are called in the journal, the search index, and where files hang."""
        return f"ledger.{self.code}"

    @cached_property
    def short(self) -> str:
        """What its rows are kept under where names are short: the search index, the views of its list."""
        return f"r.{self.code}"

    @cached_property
    def review(self) -> Tunable | None:
        """How long its rows are believed is the town's to say; the declaration is where it begins. None: for ever."""
        if self.review_every is None:
            return None
        meaning = "台账记录多久要核对一次；过了这么久没有核对的列入“该核对”"
        days, part = str(self.review_every.days), Part("", "天", 7, 1100)
        return Tunable(f"{self.kind}.review_days", days, f"核对周期：{self.title}", meaning, TUNE, (part,))

    @cached_property
    def code(self) -> str:
        """Its name in addresses."""
        return self.name or str(self.model._meta.model_name)

    @cached_property
    def title(self) -> str:
        return self.label or str(self.model._meta.verbose_name)

    @cached_property
    def typed(self) -> tuple[Column, ...]:
        """The columns of the form, in its order."""
        names = self.form or tuple(one.name for one in self.model._meta.fields if one.name not in OURS)
        return tuple(column_of(self.model, name) for name in names)

    @cached_property
    def shown(self) -> tuple[Column, ...]:
        """The columns of the list."""
        if self.columns:
            return tuple(column_of(self.model, name) for name in self.columns)
        return tuple(one for one in self.typed if one.kind not in LONG)[:SHOWN]

    @cached_property
    def every(self) -> tuple[Column, ...]:
        """Every column, shown ones first: what may be chosen for the list."""
        return tuple({one.name: one for one in (*self.shown, *self.typed)}.values())

    @cached_property
    def filtered(self) -> tuple[Column, ...]:
        """The columns a list is narrowed by: all that hold words, numbers, days or links."""
        wanted = self.filters or tuple(one.name for one in self.every)
        found = (column_of(self.model, name) for name in wanted)
        return tuple(one for one in found if one.kind not in {"told", "sealed", "shape", "degree"})

    @cached_property
    def keyed(self) -> tuple[Column, ...]:
        """The columns of the business key."""
        return tuple(column_of(self.model, name) for name in self.key or self._unique() if name not in OURS)

    @cached_property
    def searched(self) -> tuple[Column, ...]:
        """The columns whose words a search finds."""
        wanted = self.search or tuple(one.name for one in self.typed if one.kind in {"text", "long", "link"})
        return tuple(column_of(self.model, name) for name in wanted)

    @cached_property
    def sorted_by(self) -> tuple[str, ...]:
        return self.sort or tuple(one.name for one in self.keyed)

    @cached_property
    def links(self) -> tuple[Column, ...]:
        return tuple(one for one in self.every if one.kind == "link")

    @cached_property
    def area_link(self) -> str:
        return self.area or self._link_to("areas.Area")

    @cached_property
    def unit_link(self) -> str:
        return self.unit or self._link_to("people.Unit")

    @cached_property
    def is_placed(self) -> bool:
        """Whether its rows are points on the map."""
        return {"lng", "lat"} <= {one.name for one in self.typed}

    def column(self, name: str) -> Column:
        """`LookupError` when the register has none of this name."""
        for one in self.every:
            if one.name == name:
                return one
        raise LookupError(f"{self.code} has no column {name!r}")

    def _unique(self) -> tuple[str, ...]:
        for one in self.model._meta.constraints:
            if isinstance(one, models.UniqueConstraint) and one.fields:
                return tuple(one.fields)
        return ()

    def _link_to(self, label: str) -> str:
        for one in self.typed:
            model: Any = one.field.related_model if one.field is not None else None
            if model is not None and model._meta.label == label:
                return one.name
        return ""


L = TypeVar("L", bound=type[Ledger])
_ledgers: Final[Registry[Ledger]] = Registry("register")


def ledger(declaration: L) -> L:
    """Declare a register by its class, in the context's ledgers.py."""
    made = declaration()
    check(made)
    _ledgers.add(made.code, made)
    bring_along(made)
    return declaration


def bring_along(made: Ledger) -> None:
    """What a register has beside its pages: a period of review, links to it, a layer of the map."""
    if made.review is not None:
        tunables.declare(made.review)
    linking.declare(made.title, made.model, made.keyed)
    if made.is_placed:
        layering.layer(made.code, made.title, made.permission("all"), made.model, made.every)


def ledgers() -> dict[str, Ledger]:
    """Every declared register by its code."""
    return _ledgers.all()


def find(code: str) -> Ledger | None:
    return _ledgers.get(code)


def check(made: Ledger) -> None:
    """Stop start-up (`ImproperlyConfigured`) when the declaration cannot work."""
    try:
        every = {one.name for one in (*made.every, *made.filtered, *made.searched)}
    except LookupError as wrong:
        raise ImproperlyConfigured(f"register {made.code}: {wrong}") from None
    faults = [f"{action} needs the undeclared permission {made.permission(action)}"
              for action in ACTIONS if made.permission(action) not in declared()]  # fmt: skip
    faults += [f"its name is longer than {LONGEST_CODE} signs"] if len(made.code) > LONGEST_CODE else []
    faults += ["it has no business key: say `key` or a UniqueConstraint"] if not made.keyed else []
    faults += [
        f"its example lacks {one.name}" for one in made.typed if one.required and one.name not in made.example
    ]
    faults += [f"its example has {name}, which is no column of its form" for name in made.example
               if name not in {one.name for one in made.typed}]  # fmt: skip
    faults += [f"the key {one.name} is not in the form" for one in made.keyed if one not in made.typed]
    faults += (
        [f"it expires on {made.expires_on}, which it does not have"]
        if made.expires_on not in {"", *every}
        else []
    )
    if faults:
        raise ImproperlyConfigured(f"register {made.code}: " + "; ".join(faults))
