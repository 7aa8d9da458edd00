"""Identifiers: time-ordered keys, codes of components (GB/T 30428, 16 digits) and villages (12), query codes.

A key has 63 bits: 41 of milliseconds since 2024-01-01 UTC, 10 of who makes it, 12 of a counter. The maker
is 4 bits of node (`TOWNOPS_NODE`, 0 to 15, else from the host's name) and 6 bits of a slot that no other
living process of the machine holds, so keys made at the same time never meet. Set it when machines share a
database.
"""

import os
import secrets
import socket
import threading
import time
import zlib
from dataclasses import dataclass

from townops.kernel.refusal import Refused

EPOCH_MS = 1_704_067_200_000
_LOW_BITS, _COUNTER_BITS, _SLOTS, _NODES = 22, 12, 64, 16
_LAST_MS = (1 << 41) - 1
_RECENT_MS = 60_000
_REMEMBERED = 50_000
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_MISREAD = str.maketrans("OIL", "011", "- \t　")
_QUERY_LENGTH = 10
_COMPONENT_LENGTH, _VILLAGE_LENGTH = 16, 12


class _Maker:
    """The one source of keys in this process; made anew in a forked child."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.claim: socket.socket | None = None
        self.slot = os.getpid() % _SLOTS
        self._claim_slot()
        self.worker = (_node() * _SLOTS + self.slot) << _COUNTER_BITS
        self.ms, self.counter = 0, 0
        self.given: dict[
            int, tuple[int, int]
        ] = {}  # of a past millisecond: where it began, how many were made

    def _claim_slot(self) -> None:
        """An abstract socket name is held by one process and freed by its end, however it ends (Linux)."""
        for slot in range(_SLOTS):
            claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                claim.bind(f"\0townops.identifiers.{slot}")
            except OSError:
                claim.close()
                continue
            self.claim, self.slot = claim, slot
            return

    def now(self, ms: int) -> int:
        self.counter += 1
        if ms > self.ms or self.counter >> _COUNTER_BITS:
            self.ms = max(ms, self.ms + 1)
            self.counter = secrets.randbits(_COUNTER_BITS - 1)
        return self.ms << _LOW_BITS | self.worker | self.counter

    def past(self, ms: int) -> int:
        while self.given.get(ms, (0, 0))[1] >> _LOW_BITS:
            ms += 1  # four million in one millisecond: an import of days without a time
        begin, made = self.given.get(ms) or (secrets.randbits(_LOW_BITS), 0)
        self.given[ms] = begin, made + 1
        if len(self.given) > _REMEMBERED:
            del self.given[next(iter(self.given))]
        return ms << _LOW_BITS | (begin + made) % (1 << _LOW_BITS)


def new_id(at_ms: int | None = None) -> int:
    """A positive 63-bit key, unique over threads and processes, later ones greater within a process.

    `at_ms` (Unix milliseconds) makes a key that sorts among those of that moment, for what is brought in
    from the past; such keys are unique within the process and random over processes. Moments of the last
    minute or later count as now, moments before 2024 as the first one.
    """
    ms = time.time_ns() // 1_000_000 - EPOCH_MS
    with _makers[0].lock:
        if at_ms is None or at_ms - EPOCH_MS > ms - _RECENT_MS:
            return _makers[0].now(min(max(ms, 0), _LAST_MS))
        return _makers[0].past(max(at_ms - EPOCH_MS, 0))


def made_at_ms(key: int) -> int:
    """The Unix millisecond a key sorts at."""
    return (key >> _LOW_BITS) + EPOCH_MS


def _node() -> int:
    given = os.environ.get("TOWNOPS_NODE", "")
    return int(given) % _NODES if given.isdigit() else zlib.crc32(socket.gethostname().encode()) % _NODES


def _in_a_child() -> None:
    inherited = _makers[0].claim
    if inherited is not None:
        inherited.close()
    _makers[0] = _Maker()


_makers = [_Maker()]
os.register_at_fork(after_in_child=_in_a_child)


@dataclass(frozen=True, slots=True)
class ComponentCode:
    """The identity of a component (部件): county 6 digits, large class 2, small class 2, serial 6."""

    county: str
    large: str
    small: str
    serial: str

    def __str__(self) -> str:
        return self.county + self.large + self.small + self.serial


def component_code(text: str) -> ComponentCode:
    """Classes are not checked: local ones count down from 99. Refused: `component_code`."""
    digits = text.strip()
    if not _are_digits(digits, _COMPONENT_LENGTH) or not _is_county(digits) or digits[10:] == "000000":
        raise Refused("component_code", given=text)
    return ComponentCode(digits[:6], digits[6:8], digits[8:10], digits[10:])


@dataclass(frozen=True, slots=True)
class VillageCode:
    """The statistics code of a 居委会 or 村委会: county 6 digits, town 3, village 3."""

    text: str

    @property
    def county(self) -> str:
        return self.text[:6]

    @property
    def town(self) -> str:
        """Nine digits."""
        return self.text[:9]

    def __str__(self) -> str:
        return self.text


def village_code(text: str) -> VillageCode:
    """Refused: `village_code`, also for a code that ends in zeros and so names a town or county."""
    digits = text.strip()
    named = _are_digits(digits, _VILLAGE_LENGTH) and "000" not in (digits[6:9], digits[9:])
    if not named or not _is_county(digits):
        raise Refused("village_code", given=text)
    return VillageCode(digits)


def new_query_code() -> str:
    """Ten signs that cannot be guessed and survive being read out: nine random (45 bits) and a check sign."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_QUERY_LENGTH - 1))
    return body + _check_sign(body)


def read_query_code(text: str) -> str:
    """The code as we write it, from what a person typed (o for 0, spaces). Refused: `query_code`."""
    code = text.upper().translate(_MISREAD)
    known = len(code) == _QUERY_LENGTH and all(sign in _ALPHABET for sign in code)
    if not known or _check_sign(code[:-1]) != code[-1]:
        raise Refused("query_code", given=text)
    return code


def _check_sign(body: str) -> str:
    """Luhn over 32 signs: finds every single wrong sign and nearly all swaps of neighbours."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        value = _ALPHABET.index(sign) * (2 - place % 2)
        total += value // len(_ALPHABET) + value % len(_ALPHABET)
    return _ALPHABET[-total % len(_ALPHABET)]


def _are_digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def _is_county(digits: str) -> bool:
    """Provinces are numbered 11 to 82; a county code has no zero pair at its end."""
    return "11" <= digits[:2] <= "82" and digits[4:6] != "00"
