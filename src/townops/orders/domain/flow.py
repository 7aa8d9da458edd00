"""Flow options per source: data with closed choices, frozen on the order by version (U13, engine.md section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from townops.kernel.workdays import Calendar, Limit


class Authority(StrEnum):
    TOWN = "town"
    DISTRICT = "district"


class Verify(StrEnum):
    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Refusal(StrEnum):
    ONE = "one"
    TWO = "two"
    NONE = "none"


class Contact(StrEnum):
    NONE = "none"
    REQUIRED = "required"


class Certify(StrEnum):
    SITE = "site"
    CALLBACK = "callback"
    BOTH = "both"
    NONE = "none"


class QuickReply(StrEnum):
    """Whether the center may answer a 咨询 at once, and who signs then: the center alone, or all the flow's reviewers."""

    NONE = "none"
    SIGNED = "signed"
    REVIEWED = "reviewed"


class Filing(StrEnum):
    """What filing rests on: a condition row of the standard, or the hotline's demand, subject and time class."""

    CONDITION = "condition"
    TRIPLE = "triple"


DESIGNATE_RUNG, LEADER_RUNG, MAIN_RUNG = 2, 3, 4
RUNGS = frozenset({LEADER_RUNG, MAIN_RUNG})


@dataclass(frozen=True, slots=True)
class Options:
    """The choices a source makes; `closing` covers closing, extension, return and call-back as one authority group each."""

    closing: Authority = Authority.TOWN
    extending: Authority = Authority.TOWN
    refusing: Authority = Authority.TOWN
    filing: Filing = Filing.CONDITION
    verify: Verify = Verify.OPTIONAL
    refusal: Refusal = Refusal.ONE
    contact: Contact = Contact.NONE
    unit_review: bool = True
    center_review: bool = True
    certify: Certify = Certify.SITE
    handle_on_spot: bool = False
    dispute_rungs: int = 4
    reply_up: bool = False
    quick_reply: QuickReply = QuickReply.NONE

    def problems(self) -> list[str]:
        """Why this combination is not legal; empty when it is."""
        found = []
        if not (self.unit_review or self.center_review or self.handle_on_spot):
            found.append("both_reviews_off_needs_handle_on_spot")
        if self.quick_reply is not QuickReply.NONE and not (self.unit_review or self.center_review):
            found.append("quick_reply_needs_a_review")
        if self.closing is Authority.DISTRICT and not self.reply_up:
            found.append("district_closing_needs_reply_up")
        asks = Authority.DISTRICT in {self.extending, self.refusing}
        if asks and not self.reply_up:
            found.append("district_authority_needs_reply_up")
        if self.dispute_rungs not in RUNGS:
            found.append("dispute_rungs_are_three_or_four")
        if self.refusing is Authority.DISTRICT and self.refusal is not Refusal.NONE:
            found.append("district_order_cannot_be_refused")
        return found


@dataclass(frozen=True, slots=True)
class Limits:
    """Every number of the flow (data with an effective date): limits of clocks, hours of return, marks, days."""

    accept: Limit
    verify: Limit
    file: Limit
    dispatch: Limit
    acknowledge: Limit
    contact: Limit
    handle: Limit
    review: Limit
    check: Limit
    reply: Limit
    outer: Limit
    returns: Limit
    reopened: Limit
    designate: Limit
    outer_margin_seconds: int
    marks: tuple[float, ...]
    max_extensions: int
    max_suspensions: int
    max_suspension_days: int
    archive_days: int


@dataclass(frozen=True, slots=True)
class Center:
    """The posts of the center that hold an order when no unit does."""

    unit: int
    shift_post: int
    liaison_post: int
    deputy_post: int
    party_office: int


@dataclass(frozen=True, slots=True)
class Flow:
    """A version of a source's flow together with what time and place it counts in."""

    version: int
    source: str
    options: Options
    limits: Limits
    center: Center
    calendars: Mapping[int, Calendar] = field(compare=False)
    calendar_version: int = 0

    @property
    def calendar(self) -> Calendar:
        return self.calendars[self.calendar_version]
