"""Known answers of the Chinese algorithms, and what a sealed value does not let anybody do."""

import stat

import pytest

from townops.base import crypto


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA = tmp_path / "town"
    return settings.DATA


def test_this_machine_computes_the_published_vectors():
    crypto.self_test()
    million = bytes.fromhex("debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")
    assert crypto.sm3(b"abcd" * 16) == million


def test_sm3_without_the_native_library_is_the_same(monkeypatch):
    keys = (b"k", b"k" * 64, b"k" * 70)
    native = [crypto.sm3(b"abc"), *(crypto.hmac_sm3(key, b"abc") for key in keys)]
    monkeypatch.setattr(crypto, "_NATIVE", not crypto._NATIVE)
    assert [crypto.sm3(b"abc"), *(crypto.hmac_sm3(key, b"abc") for key in keys)] == native


def test_a_sealed_text_opens_again_and_never_looks_the_same():
    one, two = crypto.seal("13800000000", aad="contact/7"), crypto.seal("13800000000", aad="contact/7")
    assert one != two
    assert crypto.unseal(one, aad="contact/7") == crypto.unseal(two, aad="contact/7") == "13800000000"


@pytest.mark.parametrize("position", [1, 14, -1])
def test_one_changed_byte_breaks_the_seal(position):
    sealed = bytearray(crypto.seal("张三", aad="x"))
    sealed[position] ^= 1
    with pytest.raises(crypto.SealBrokenError):
        crypto.unseal(bytes(sealed), aad="x")


def test_a_value_moved_to_another_row_does_not_open():
    with pytest.raises(crypto.SealBrokenError):
        crypto.unseal(crypto.seal("张三", aad="contact/1"), aad="contact/2")


def test_values_sealed_before_a_rotation_still_open():
    before = crypto.seal("旧", aad="x")
    assert crypto.rotate_sealing_key() == 2
    after = crypto.seal("新", aad="x")
    assert (before[0], after[0]) == (1, 2)
    assert crypto.unseal(before, aad="x") + crypto.unseal(after, aad="x") == "旧新"


def test_keys_are_readable_by_their_owner_only():
    crypto.hmac(b"")
    modes = {stat.S_IMODE(file.stat().st_mode) for file in crypto.keys_folder().iterdir()}
    assert modes == {0o600}


def test_a_lost_key_is_an_error_and_not_replaced():
    crypto.hmac(b"")
    (crypto.keys_folder() / "hash.key").unlink()
    crypto._kept.cache_clear()
    with pytest.raises(crypto.KeyMissingError):
        crypto.keyed_hash("x")


def test_another_town_with_the_key_backup_opens_our_values(settings, tmp_path):
    sealed, found = crypto.seal("张三", aad="x"), crypto.keyed_hash("张三")
    crypto.export_keys(tmp_path / "keys.json")
    settings.DATA = tmp_path / "restored"
    assert crypto.import_keys(tmp_path / "keys.json") == 3
    assert crypto.unseal(sealed, aad="x") == "张三"
    assert crypto.keyed_hash("张三") == found


def test_importing_never_replaces_a_key(settings, tmp_path):
    crypto.export_keys(tmp_path / "keys.json")
    settings.DATA = tmp_path / "other"
    mine = crypto.keyed_hash("x")
    with pytest.raises(ValueError, match="other keys"):
        crypto.import_keys(tmp_path / "keys.json")
    assert crypto.keyed_hash("x") == mine
