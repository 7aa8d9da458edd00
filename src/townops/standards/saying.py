"""Words for what the catalogue says in codes."""

from typing import Final

from townops.standards.domain.items import Every, Modality

MODALITY_WORDS: Final = {Modality.MUST: "应", Modality.SHOULD: "宜", Modality.MAY: "可"}
EVERY_WORDS: Final = {
    Every.MONTH: "每月",
    Every.QUARTER: "每季度",
    Every.HALF_YEAR: "每半年",
    Every.YEAR: "每年",
    Every.BEFORE_FLOOD: "每年汛前",
    Every.ONCE: "一次",
    Every.CONTINUOUS: "持续",
    Every.BY_DATE: "限期",
}
