"""What every row of a register is, and the kinds of value only registers have.

A row belongs to a town, is archived instead of deleted, and carries `seq`: whoever changes it names the one he saw.
"""

from typing import Any, ClassVar, Final, Literal

from django.db import models

Mask = Literal["address", "id_number", "name", "phone", "text"]
LONGEST_SEALED: Final = 400


class Record(models.Model):
    """A row of a register. `reviewed_on` is the day somebody last said that it is still true."""

    town = models.CharField("街镇代码", max_length=12, editable=False, db_index=True)
    seq = models.PositiveIntegerField("版本", default=1, editable=False)
    archived_at = models.DateTimeField("归档时间", null=True, blank=True, editable=False)
    reviewed_on = models.DateField("最近核对", null=True, blank=True, editable=False)
    entered_at = models.DateTimeField("登记时间", editable=False)
    changed_at = models.DateTimeField("最近修改", editable=False)

    class Meta:
        abstract = True


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """A text about a person: sealed at rest, shown masked (`mask` says how), opened only with a reason."""

    def __init__(self, *args: Any, mask: Mask = "text", **options: Any) -> None:
        self.mask = mask
        super().__init__(*args, **{"default": bytes, "editable": True, **options})

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "mask": self.mask, "editable": self.editable}

    def place(self) -> str:
        """What the seal is bound to, so that a sealed text cannot be moved to another column."""
        return f"{self.model._meta.db_table}.{self.column}"


class ShapeField(models.BinaryField):  # type: ignore[type-arg]
    """A line or an outline: WKB in EPSG:4490, longitude first."""

    kinds: ClassVar[tuple[str, ...]] = ("line", "polygon")

    def __init__(self, *args: Any, kind: Literal["line", "polygon"] = "polygon", **options: Any) -> None:
        self.kind = kind
        super().__init__(*args, **{"default": bytes, "editable": True, **options})

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "kind": self.kind, "editable": self.editable}
