"""A column of a register: read from words (a form, a sheet, a machine), said in words, the same both ways.

Words are what a person types: 2026-03-01, 是, 和平村. `read(write(value))` is the value again.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, Literal

import shapely
from django.core.exceptions import ValidationError
from django.db import models
from shapely.geometry.base import BaseGeometry

from townops.base import crypto, masking
from townops.base.ledger import references
from townops.base.ledger.records import Record, SealedField, ShapeField
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

if TYPE_CHECKING:
    AnyField = models.Field[Any, Any]
else:
    AnyField = models.Field
Kind = Literal[
    "text", "long", "whole", "number", "degree", "day", "moment", "yes", "choice", "link", "sealed", "shape", "told"
]  # fmt: skip
YES: Final = frozenset({"是", "有", "√", "true", "1", "y", "yes"})
NO: Final = frozenset({"否", "无", "×", "false", "0", "n", "no"})
FIRST_SERIAL: Final = date(1899, 12, 30)  # a spreadsheet counts days from here
SERIALS: Final = range(10_000, 80_000)
DAY_PARTS: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?")
MOMENT: Final = "%Y-%m-%d %H:%M"
PLACES: Final = 7
EAST: Final = 180
NORTH: Final = 90
MOST_POINTS: Final = 100_000
MASKS: Final[Mapping[str, Callable[[str], str]]] = {
    "address": masking.mask_address,
    "id_number": masking.mask_id_number,
    "name": masking.mask_name,
    "phone": masking.mask_phone,
    "text": lambda text: "*" * min(len(text), 8),
}
Words = Callable[["Column", Any], str]
Reader = Callable[["Column", str, str], Any]


@dataclass(frozen=True)
class Column:
    """One column of a register. `field` is the model's, None for what is computed (`told`), which nobody types."""

    name: str
    label: str
    kind: Kind
    required: bool = False
    field: AnyField | None = None
    options: tuple[tuple[Any, str], ...] = ()

    def read(self, words: str, town: str) -> Any:
        """The value of these words. Refused, always with `label`: entry_missing, entry_too_long, entry_number, entry_whole,
        entry_least, entry_day, entry_yes, entry_choice, entry_degree, entry_malformed, entry_lost_zero, entry_shape, reference_unknown.
        """
        if not words:
            if self.required:
                raise Refused("entry_missing", label=self.label)
            return self.nothing
        try:
            value = READERS[self.kind](self, words, town)
        except Refused as refused:
            raise Refused(refused.code, **{"label": self.label, **refused.params}) from None
        self._verify(value, words)
        return value

    def write(self, value: Any) -> str:
        """The words of a value; a link needs its name, which `said` is given by whoever holds many rows."""
        return "" if value is None or value in ("", b"") else WRITERS.get(self.kind, _plain)(self, value)

    @property
    def nothing(self) -> Any:
        """What stands where nothing was typed."""
        if self.kind == "yes":
            return False
        if self.kind in {"sealed", "shape"}:
            return b""
        return "" if self.kind in {"text", "long", "choice"} else None

    @property
    def attribute(self) -> str:
        """Where a row keeps its value; of a link, the id."""
        return f"{self.name}_id" if self.kind == "link" else self.name

    @property
    def reference(self) -> references.Reference:
        """How a link of this column is read and said."""
        if self.field is None or self.field.related_model is None:
            raise LookupError(f"{self.name} is no link")
        model: Any = self.field.related_model
        return references.of(model._meta.label)

    @property
    def indexed(self) -> bool:
        """Whether the database finds and sorts by it without reading every row."""
        field = self.field
        if field is None:
            return False
        firsts = [one.fields[0].lstrip("-") for one in field.model._meta.indexes if one.fields]
        firsts += [
            one.fields[0]
            for one in field.model._meta.constraints
            if isinstance(one, models.UniqueConstraint) and one.fields
        ]
        return bool(
            getattr(field, "db_index", False) or field.unique or field.is_relation or field.name in firsts
        )

    def _verify(self, value: Any, words: str) -> None:
        if self.field is None or self.kind in {"sealed", "shape", "link", "yes", "choice"}:
            return
        try:
            self.field.run_validators(value)
        except ValidationError as wrong:
            raise self._wrong(wrong, words) from None

    def _wrong(self, wrong: ValidationError, words: str) -> Refused:
        longest = getattr(self.field, "max_length", None)
        if longest and len(words) > longest:
            return Refused("entry_too_long", label=self.label, most=longest)
        for width in range(len(words) + 1, (longest or 0) + 1) if words.isdigit() else ():
            if self._passes(words.zfill(width)):
                return Refused("entry_lost_zero", label=self.label, value=words, like=words.zfill(width))
        said = "；".join(str(one) for one in wrong.messages)
        return Refused("entry_malformed", label=self.label, value=words[:40], how=said)

    def _passes(self, words: str) -> bool:
        try:
            self.field.run_validators(words)  # type: ignore[union-attr]
        except ValidationError:
            return False
        return True


def column_of(model: type[Record], name: str) -> Column:
    """The column of a field of the model, or of a property of it marked by `told`. `LookupError` for neither."""
    fields = {one.name: one for one in model._meta.fields}
    field = fields.get(name)
    if field is None:
        said = getattr(getattr(model, name, None), "fget", None)
        if not hasattr(said, "label"):
            raise LookupError(f"{model.__name__} has no field {name!r}, nor a property told by that name")
        return Column(name, str(getattr(said, "label", name)), "told")
    kind = _kind_of(field)
    required = not (field.blank or field.has_default()) and kind not in {"yes", "told"}
    label = str(field.verbose_name)
    return Column(name, label, kind, required, field, tuple(field.flatchoices or ()))


def told(label: str) -> Callable[[Callable[[Any], Any]], property]:
    """A property of a record that registers show under this label: computed, never typed."""

    def mark(compute: Callable[[Any], Any]) -> property:
        setattr(compute, "label", label)  # noqa: B010  (functions carry what is set on them)
        return property(compute)

    return mark


# The order matters: a choice is a text field too, a link an integer.
_KINDS: Final[tuple[tuple[type[AnyField], Kind], ...]] = (
    (SealedField, "sealed"),
    (ShapeField, "shape"),
    (models.ForeignKey, "link"),
    (models.BooleanField, "yes"),
    (models.DateTimeField, "moment"),
    (models.DateField, "day"),
    (models.TextField, "long"),
    (models.CharField, "text"),
    (models.DecimalField, "number"),
    (models.FloatField, "degree"),
    (models.IntegerField, "whole"),
)


def _kind_of(field: AnyField) -> Kind:
    if field.choices:
        return "choice"
    for known, kind in _KINDS:
        if isinstance(field, known):
            return kind
    raise LookupError(f"registers have no kind for {field}")


def _text(column: Column, words: str, town: str) -> str:
    return words


def _number(column: Column, words: str, town: str) -> Decimal:
    field = column.field
    try:
        value = Decimal(words.replace(",", ""))
    except InvalidOperation:
        raise Refused("entry_number", value=words[:40]) from None
    if not value.is_finite():
        raise Refused("entry_number", value=words[:40])
    places = getattr(field, "decimal_places", 0)
    rounded = round(value, places)
    if rounded != value:
        raise Refused("entry_places", value=words[:40], places=places)
    return rounded


def _whole(column: Column, words: str, town: str) -> int:
    if not re.fullmatch(r"-?\d{1,18}", words.replace(",", "")):
        raise Refused("entry_whole", value=words[:40])
    value = int(words.replace(",", ""))
    if value < 0 and isinstance(column.field, models.PositiveIntegerField | models.PositiveSmallIntegerField):
        raise Refused("entry_least", value=words[:40])
    return value


def _degree(column: Column, words: str, town: str) -> float:
    try:
        value = float(words)
    except ValueError:
        raise Refused("entry_degree", value=words[:40]) from None
    most = EAST if column.name.endswith("lng") else NORTH
    if not -most <= value <= most:  # NaN is in no range
        raise Refused("entry_degree", value=words[:40])
    return round(value, PLACES)


def _day(column: Column, words: str, town: str) -> date:
    if words.isdigit() and int(words) in SERIALS:
        return FIRST_SERIAL + timedelta(days=int(words))
    found = DAY_PARTS.fullmatch(words)
    try:
        return date(*map(int, found.groups())) if found else date.fromisoformat(words)
    except ValueError:
        raise Refused("entry_day", value=words[:40]) from None


def _moment(column: Column, words: str, town: str) -> datetime:
    try:
        value = datetime.fromisoformat(words.replace("/", "-"))
    except ValueError:
        raise Refused("entry_moment", value=words[:40]) from None
    return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)


def _yes(column: Column, words: str, town: str) -> bool:
    said = words.casefold()
    if said not in YES | NO:
        raise Refused("entry_yes", value=words[:40])
    return said in YES


def _choice(column: Column, words: str, town: str) -> Any:
    for code, word in column.options:
        if words in (str(code), str(word)):
            return code
    raise Refused(
        "entry_choice", value=words[:40], options="、".join(str(word) for _, word in column.options)
    )


def _link(column: Column, words: str, town: str) -> int:
    return column.reference.read(words, town)


def _sealed(column: Column, words: str, town: str) -> bytes:
    field = column.field
    if not isinstance(field, SealedField):
        raise LookupError(f"{column.name} is not sealed")
    longest = field.max_length or 0
    if longest and len(words) > longest:
        raise Refused("entry_too_long", most=longest)
    return crypto.seal(words, field.place())


def _shape(column: Column, words: str, town: str) -> bytes:
    try:
        shape = shapely.from_geojson(words) if words.lstrip().startswith("{") else shapely.from_wkt(words)
    except shapely.errors.GEOSException:
        raise Refused("entry_shape", why="读不懂") from None
    if shape is None or shape.is_empty or not _fits(shape, column):
        raise Refused("entry_shape", why="不是要的图形")
    if shapely.get_num_coordinates(shape) > MOST_POINTS:
        raise Refused("entry_shape", why="点太多")
    if not shape.is_valid:
        raise Refused("entry_shape", why="边线交叉")
    return bytes(shapely.to_wkb(shapely.set_precision(shape, 10**-PLACES, mode="pointwise")))


def _fits(shape: BaseGeometry, column: Column) -> bool:
    wanted = {"polygon": ("Polygon", "MultiPolygon"), "line": ("LineString", "MultiLineString")}
    kind = column.field.kind if isinstance(column.field, ShapeField) else "polygon"
    west, south, east, north = shape.bounds
    inside = -EAST <= west <= east <= EAST and -NORTH <= south <= north <= NORTH
    return shape.geom_type in wanted[kind] and inside


READERS: Final[Mapping[Kind, Reader]] = {
    "text": _text, "long": _text, "whole": _whole, "number": _number, "degree": _degree, "day": _day,
    "moment": _moment, "yes": _yes, "choice": _choice, "link": _link, "sealed": _sealed, "shape": _shape,
}  # fmt: skip


def _plain(column: Column, value: Any) -> str:
    return str(value)


def _number_words(column: Column, value: Decimal) -> str:
    return format(value, "f").rstrip("0").rstrip(".") if "." in format(value, "f") else format(value, "f")


def _masked(column: Column, value: bytes) -> str:
    field = column.field
    return MASKS[field.mask](crypto.unseal(value, field.place())) if isinstance(field, SealedField) else ""


WRITERS: Final[Mapping[Kind, Words]] = {
    "number": _number_words,
    "degree": lambda column, value: format(value, f".{PLACES}f").rstrip("0").rstrip("."),
    "day": lambda column, value: value.isoformat(),
    "moment": lambda column, value: value.astimezone(SHANGHAI).strftime(MOMENT),
    "yes": lambda column, value: "是" if value else "否",
    "choice": lambda column, value: str(dict(column.options).get(value, value)),
    "sealed": _masked,
    "shape": lambda column, value: shapely.to_wkt(shapely.from_wkb(bytes(value)), rounding_precision=PLACES),
}


def opened(column: Column, value: bytes) -> str:
    """The sealed text itself: only for whoever gave a reason, and for comparing."""
    field = column.field
    return crypto.unseal(value, field.place()) if value and isinstance(field, SealedField) else ""
