"""`backup`, `restore` and `keys`: one file holds a town; its keys travel apart: a lost back-up opens nothing.

A back-up is a tar.gz of `manifest.json`, the database (`database.sqlite3` or `database.dump` of pg_dump) and,
under `files/`, what else is in the data folder but keys.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from argparse import Namespace
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Final

from townops.commands import running
from townops.commands.shell import (
    PASS,
    Commands,
    Unusable,
    add,
    data_folder,
    own,
    require_town,
    say,
    start_django,
    start_town,
)

FORMAT: Final = 1
DATABASE: Final = "townops.sqlite3"
APART: Final = {DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "keys", "backups", running.LOCK}


def register(commands: Commands) -> None:
    backup = add(commands, "backup", run_backup, "把本镇数据备份为一个文件 / back up into one file")
    backup.add_argument("file", type=Path)
    backup.add_argument(
        "--with-keys", action="store_true", help="同时装入密钥（须妥善保管）/ keys inside too"
    )
    restore = add(commands, "restore", run_restore, "从备份恢复 / restore from a back-up")
    restore.add_argument("file", type=Path)
    restore.add_argument(
        "--force", action="store_true", help="先把现有数据文件夹移到一旁 / move the present folder aside"
    )
    keys = add(commands, "keys", run_keys, "密钥备份与恢复 / back up or bring back the keys")
    keys.add_argument("action", choices=("backup", "restore"))
    keys.add_argument("file", type=Path)


def run_backup(options: Namespace) -> int:
    """Write the file beside its final name first, so that a broken back-up never looks like one."""
    if options.file.exists():
        raise Unusable(f"{options.file} 已存在，不覆盖。", f"{options.file} exists and is not overwritten.")
    refuse_no_folder(options.file)
    require_town()
    back_up(options.file, with_keys=options.with_keys)
    say(f"已备份 / backed up: {options.file}")
    if not options.with_keys:
        say("密钥不在其中，请另行备份：./townops keys backup FILE / keys are not inside: back them up apart")
    return PASS


def back_up(target: Path, *, with_keys: bool) -> None:
    """A consistent copy while the town works on: seals, which trail the database, first; files last."""
    unfinished = target.with_name(target.name + ".part")
    descriptor = os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    data = data_folder()
    with tempfile.TemporaryDirectory() as folder, os.fdopen(descriptor, "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as archive:
            _add(archive, [path for path in files(data, with_keys=False) if _is_seal(path, data)], data)
            database = dump_database(Path(folder))
            about = Path(folder) / "manifest.json"
            about.write_text(json.dumps(manifest(database.name, with_keys=with_keys)))
            archive.add(about, about.name)
            archive.add(database, database.name)
            _add(
                archive, [path for path in files(data, with_keys=with_keys) if not _is_seal(path, data)], data
            )
        raw.flush()
        os.fsync(raw.fileno())
    unfinished.replace(target)


def _add(archive: tarfile.TarFile, paths: list[Path], data: Path) -> None:
    for path in paths:
        archive.add(path, f"files/{path.relative_to(data).as_posix()}", recursive=False)


def _is_seal(path: Path, data: Path) -> bool:
    return path.relative_to(data).parts[0] == "seals"


def manifest(database: str, *, with_keys: bool) -> dict[str, object]:
    """What the back-up says about itself."""
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return {"townops": FORMAT, "made": made, "database": database, "with_keys": with_keys}


def files(data: Path, *, with_keys: bool) -> list[Path]:
    """Every file of the data folder that belongs into the back-up, in order of name."""
    left_out = APART - {"keys"} if with_keys else APART
    found = (path for path in sorted(data.rglob("*")) if path.is_file() and not path.is_symlink())
    return [path for path in found if path.relative_to(data).parts[0] not in left_out]


def dump_database(folder: Path) -> Path:
    """Copy the database as it is at one moment; a copy that SQLite itself finds damaged is refused."""
    from townops.base.db import is_sqlite

    if not is_sqlite():
        target = folder / "database.dump"
        _postgresql("pg_dump", "--format=custom", "--no-owner", "--file", str(target))
        return target
    target = folder / "database.sqlite3"
    source = data_folder() / DATABASE
    if not source.exists():
        raise Unusable(f"{data_folder()} 中没有数据库。", f"There is no database in {data_folder()}.")
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise Unusable("数据库已损坏，未备份。", "The database is damaged; nothing was backed up.")
    return target


def run_restore(options: Namespace) -> int:
    """Unpack into an empty data folder, then bring the tables to this version."""
    about = read_manifest(options.file)
    aside = make_room(data_folder(), force=options.force)
    unpack(options.file, data_folder())
    keep_keys(data_folder(), aside)
    start_django()
    load_database(str(about["database"]))
    code = own("migrate", "--noinput", "--verbosity=0")
    say(f"已恢复（备份于 {about['made']}）/ restored the back-up of {about['made']}")
    if not (data_folder() / "keys").exists():
        say("备份中没有密钥，请运行 ./townops keys restore FILE / now bring back the keys")
    return code


def read_manifest(source: Path) -> dict[str, object]:
    """What the back-up says about itself; anything else than our back-up is unusable."""
    try:
        with tarfile.open(source, "r:gz") as archive:
            member = archive.extractfile("manifest.json")
            about: dict[str, object] = json.loads(member.read()) if member else {}
    except (OSError, KeyError, ValueError, tarfile.TarError) as error:
        raise Unusable(
            f"{source} 不是可用的备份：{error}", f"{source} is no usable back-up: {error}"
        ) from error
    if about.get("townops") != FORMAT or about.get("database") not in ("database.sqlite3", "database.dump"):
        raise Unusable(f"{source} 不是本版本能识别的备份。", f"{source} is not a back-up this version knows.")
    return about


def make_room(data: Path, *, force: bool) -> Path | None:
    """An empty data folder; with `force` the present one is kept aside under the name returned."""
    if not data.exists() or not any(data.iterdir()):
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return None
    if not force:
        raise Unusable(
            f"{data} 不是空的，不会覆盖。加 --force 会先把它移到一旁保留。",
            f"{data} is not empty and is not overwritten. --force moves it aside first.",
        )
    running.refuse(data)
    aside = data.with_name(f"{data.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    data.rename(aside)
    data.mkdir(mode=0o700)
    return aside


def unpack(source: Path, data: Path) -> None:
    """Write plain files below the data folder only; what points elsewhere makes the back-up unusable."""
    with tarfile.open(source, "r:gz") as archive:
        for member in archive:
            place = destination(member, data)
            content = archive.extractfile(member)
            if place is None or content is None:
                continue
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with content, place.open("wb") as target:
                place.chmod(0o600)
                shutil.copyfileobj(content, target)


def destination(member: tarfile.TarInfo, data: Path) -> Path | None:
    """Where a member goes; None for the manifest."""
    name = PurePosixPath(member.name)
    if not member.isreg() or name.is_absolute() or ".." in name.parts:
        raise Unusable(
            f"备份中有不安全的条目：{member.name}", f"The back-up holds an unsafe entry: {member.name}"
        )
    if name.parts[0] == "files":
        return data.joinpath(*name.parts[1:])
    places = {"database.sqlite3": DATABASE, "database.dump": "database.dump"}
    return data / places[member.name] if member.name in places else None


def keep_keys(data: Path, aside: Path | None) -> None:
    """A town restored over itself keeps its keys."""
    if aside and (aside / "keys").exists() and not (data / "keys").exists():
        shutil.copytree(aside / "keys", data / "keys")
        (data / "keys").chmod(0o700)


def load_database(name: str) -> None:
    """Put the database in place: SQLite's file already is, a PostgreSQL dump goes into an empty database."""
    from django.db import connection

    from townops.base.db import is_sqlite

    if is_sqlite() != (name == "database.sqlite3"):
        raise Unusable(
            f"备份中的数据库是 {name}，与 DATABASE_URL 不符。",
            f"The back-up holds {name}, which does not fit DATABASE_URL.",
        )
    if is_sqlite():
        return
    if connection.introspection.table_names():
        raise Unusable("DATABASE_URL 指向的数据库不是空库。", "The database of DATABASE_URL is not empty.")
    connection.close()
    dump = data_folder() / "database.dump"
    _postgresql("pg_restore", "--no-owner", "--exit-on-error", "--dbname", _database_name(), str(dump))
    dump.unlink()


def run_keys(options: Namespace) -> int:
    """Keys go into a file of their own, readable by its owner only."""
    from townops.base import crypto

    if options.action == "backup":
        refuse_no_folder(options.file)
        start_town()
    else:
        require_town()
    try:
        if options.action == "backup":
            crypto.export_keys(options.file)
        else:
            restore_keys(options.file)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unusable(f"密钥文件不可用：{error}", f"The key file is not usable: {error}") from error
    say(
        "密钥已备份，请与数据备份分开保管 / keys backed up"
        if options.action == "backup"
        else "密钥已恢复 / keys are back"
    )
    return PASS


def restore_keys(source: Path) -> None:
    """Bring the town's own keys in; others that lie there are kept below `keys/`, out of use. A key file of
    another town changes nothing.
    """
    from townops.base import crypto, startup

    known, present = startup.known_fingerprint(), crypto.has_keys()
    if present and (not known or known == crypto.fingerprint()):
        crypto.import_keys(source)
        return
    aside = crypto.set_aside_keys() if present else None
    try:
        crypto.import_keys(source)
        if known and known != crypto.fingerprint():
            raise ValueError("这是别的镇的密钥 / these are the keys of another town")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError):
        crypto.bring_back(aside)
        raise


def refuse_no_folder(file: Path) -> None:
    """Say where the folder of a file to be written lacks, before anything is done."""
    if not file.absolute().parent.is_dir():
        raise Unusable(f"没有文件夹 {file.absolute().parent}", f"No such folder: {file.absolute().parent}")


def _database_name() -> str:
    from django.conf import settings

    return str(settings.DATABASES["default"]["NAME"])


def _postgresql(program: str, *arguments: str) -> None:
    from django.conf import settings

    database = settings.DATABASES["default"]
    names = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    given = {name: str(database[key]) for name, key in names.items() if database[key]}
    try:
        subprocess.run([program, *arguments], env={**os.environ, **given}, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unusable(f"{program} 未成功：{error}", f"{program} failed: {error}") from error
