"""SM3, SM4-GCM and keyed hashes; keys lie in DATA/keys, never in the database (GB/T 39786: software, not a
certified module).

All keys are made together the first time any is asked for in an empty folder. Once there are keys, a
missing one is an error: making a new one would quietly lose whatever the old one sealed. So is an empty
folder beside a database that was sealed before: `forbid_new_keys`.
"""

import hashlib
import hmac as stdlib_hmac
import json
import os
import secrets
import tempfile
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

from townops.base.canonical import dump

BLOCK: Final = 64
NONCE, TAG = 12, 16
_NATIVE: Final = "sm3" in hashlib.algorithms_available


class KeyMissingError(RuntimeError):
    """A key that once existed is not in DATA/keys: bring it back from the key back-up."""


_forbidden: Final[set[str]] = set()


class SealBrokenError(ValueError):
    """Sealed bytes were changed, cut, moved to another place (AAD) or sealed by another town."""


def sm3(content: bytes) -> bytes:
    """SM3 digest, 32 bytes (GB/T 32905)."""
    if _NATIVE:
        return hashlib.new("sm3", content).digest()
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize()


def hmac_sm3(key: bytes, content: bytes) -> bytes:
    """HMAC (RFC 2104) over SM3, 32 bytes."""
    if _NATIVE:
        return stdlib_hmac.digest(key, content, "sm3")
    padded = (sm3(key) if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    inner = sm3(bytes(byte ^ 0x36 for byte in padded) + content)
    return sm3(bytes(byte ^ 0x5C for byte in padded) + inner)


def hmac(content: bytes) -> bytes:
    """HMAC-SM3 under the proof key, for journals and seals."""
    return hmac_sm3(_key("journal"), content)


def keyed_hash(text: str) -> str:
    """Hex HMAC-SM3 of text, to find a sealed value again without opening it. Normalise the text first."""
    return hmac_sm3(_key("hash"), text.encode()).hex()


def same(one: str, other: str) -> bool:
    """Compare in constant time."""
    return stdlib_hmac.compare_digest(one.encode(), other.encode())


def seal(text: str, aad: str) -> bytes:
    """SM4-GCM: key version (1 byte), nonce (12), ciphertext, tag (16).

    `aad` names the place, so rows cannot be swapped.
    """
    return seal_bytes(text.encode(), aad)


def seal_bytes(content: bytes, aad: str) -> bytes:
    """`seal` for bytes that need not be text."""
    version = max(_versions(str(settings.DATA)))
    nonce = secrets.token_bytes(NONCE)
    cipher = Cipher(algorithms.SM4(_key(f"seal-{version}")), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(aad.encode())
    body = cipher.update(content) + cipher.finalize()
    return bytes([version]) + nonce + body + cipher.tag


def unseal(sealed: bytes, aad: str) -> str:
    """Open what `seal` made with the same `aad`; `SealBrokenError` when anything differs."""
    return unseal_bytes(sealed, aad).decode()


def unseal_bytes(sealed: bytes, aad: str) -> bytes:
    """The same for `seal_bytes`."""
    sealed = bytes(sealed)
    if len(sealed) < 1 + NONCE + TAG:
        raise SealBrokenError("too short")
    version, nonce, body, tag = sealed[0], sealed[1 : 1 + NONCE], sealed[1 + NONCE : -TAG], sealed[-TAG:]
    cipher = Cipher(algorithms.SM4(_key(f"seal-{version}")), modes.GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(aad.encode())
    try:
        return cipher.update(body) + cipher.finalize()
    except InvalidTag:
        raise SealBrokenError("tag differs") from None


def rotate_sealing_key() -> int:
    """Make a new SM4 key; from now on `seal` uses it, older values still open.

    Returns its version (at most 255).
    """
    version = max(_versions(str(settings.DATA))) + 1
    _create(keys_folder() / f"seal-{version}.key", secrets.token_bytes(16))
    _versions.cache_clear()
    return version


def keys_folder() -> Path:
    """Where the keys lie; made with all keys when it is absent or empty. `KeyMissingError` where no new
    ones may be made.
    """
    folder = Path(settings.DATA) / "keys"
    if not any(folder.glob("*.key")):
        if str(settings.DATA) in _forbidden:
            raise KeyMissingError("DATA/keys holds no keys: bring them back from the key back-up")
        _create_all(folder)
    return folder


def forbid_new_keys() -> None:
    """From now on this process makes no keys in this data folder: its database was sealed with others."""
    _forbidden.add(str(settings.DATA))


def has_keys() -> bool:
    """Whether there are keys already; asking makes none."""
    return (Path(settings.DATA) / "keys" / "journal.key").exists()


def fingerprint() -> str:
    """A short public mark of the proof and look-up keys, stored in the database to notice a wrong key
    folder.
    """
    return (hmac(b"fingerprint") + bytes.fromhex(keyed_hash("fingerprint"))).hex()[:32]


def export_keys(path: Path) -> None:
    """Write every key into one new file (0600). Keep it away from the database back-up."""
    found = {file.stem: file.read_text().strip() for file in sorted(keys_folder().glob("*.key"))}
    _create(path, dump({"townops-keys": 1, "keys": found}).encode(), as_hex=False)


def import_keys(path: Path) -> int:
    """Bring keys back; returns how many were new.

    `ValueError` when a key already there differs: nothing is written then.
    """
    keys: dict[str, str] = json.loads(path.read_text())["keys"]
    folder = Path(settings.DATA) / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    there = {file.stem: file.read_text().strip() for file in folder.glob("*.key")}
    if clash := sorted(name for name, value in keys.items() if there.get(name, value) != value):
        raise ValueError(f"other keys of the same name exist: {', '.join(clash)}")
    fresh = keys.keys() - there.keys()
    for name in sorted(fresh):
        _create(folder / f"{Path(name).name}.key", bytes.fromhex(keys[name]))
    _forget()
    return len(fresh)


def set_aside_keys() -> Path:
    """Move the present keys into a folder below, out of use but not lost; returns it."""
    folder = Path(settings.DATA) / "keys"
    aside = folder / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    aside.mkdir(mode=0o700)
    for file in folder.glob("*.key"):
        file.rename(aside / file.name)
    _forget()
    return aside


def bring_back(aside: Path | None) -> None:
    """Undo `set_aside_keys`: what lies in the key folder now makes room for the former keys, or for none."""
    folder = Path(settings.DATA) / "keys"
    for file in folder.glob("*.key"):
        file.unlink()
    if aside:
        for file in aside.glob("*.key"):
            file.rename(folder / file.name)
        aside.rmdir()
    _forget()


def _forget() -> None:
    _versions.cache_clear()
    _kept.cache_clear()


def self_test() -> None:
    """The published vectors of SM3 and SM4, and HMAC against the library; `RuntimeError` when this machine
    computes wrongly.
    """
    if sm3(b"abc").hex() != "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0":
        raise RuntimeError("SM3 is wrong here")
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    cipher = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()  # noqa: S305  (the standard's vector)
    if (cipher.update(key) + cipher.finalize()).hex() != "681edf34d206965e86b3e94f536e4246":
        raise RuntimeError("SM4 is wrong here")
    if (
        hmac_sm3(b"k" * 70, b"abc").hex()
        != "712dfdb91ce501d552701c2e85d26058e94543274a5c43ca11d7ffdfe38023c0"
    ):
        raise RuntimeError("HMAC-SM3 is wrong here")


def _key(name: str) -> bytes:
    return _kept(str(settings.DATA), name)


@lru_cache(maxsize=64)
def _kept(data: str, name: str) -> bytes:
    try:
        return _read(Path(data) / "keys" / f"{name}.key")
    except KeyMissingError:
        return _read(keys_folder() / f"{name}.key")  # the first time, keys are made here


def _read(path: Path) -> bytes:
    if not path.exists():
        raise KeyMissingError(path.name)
    return bytes.fromhex(path.read_text().strip())


@lru_cache(maxsize=8)
def _versions(_data: str) -> tuple[int, ...]:
    found = tuple(int(file.stem.removeprefix("seal-")) for file in keys_folder().glob("seal-*.key"))
    if not found:
        raise KeyMissingError("seal-*.key")
    return found


def _create_all(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="keys-", dir=folder.parent))
    _create(fresh / "seal-1.key", secrets.token_bytes(16))
    _create(fresh / "hash.key", secrets.token_bytes(32))
    _create(fresh / "journal.key", secrets.token_bytes(32))
    try:
        fresh.replace(folder)  # an empty folder is replaced, one that another process just filled is not
    except OSError:
        for file in fresh.iterdir():
            file.unlink()
        fresh.rmdir()


def _create(path: Path, content: bytes, *, as_hex: bool = True) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content.hex().encode() if as_hex else content)
        file.flush()
        os.fsync(file.fileno())
