"""The nearest real peer: a JSON file per message in DATA/outbox/<source>/, for whatever carries files to the district.

Switched on per source by the setting `upward.file_drop` ("hotline,district"). A message sent again replaces its file.
"""

import json
import os
import tempfile
from pathlib import Path

from django.conf import settings

from townops.kernel.workdays import SHANGHAI
from townops.orders.upward.adapters import Receipt
from townops.orders.upward.messages import Message


def drop(message: Message) -> Receipt:
    """Write the file whole or not at all; the district's receipt comes later, by list or by hand."""
    folder = Path(settings.DATA) / "outbox" / message.source
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(body(message), ensure_ascii=False, indent=1)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).chmod(0o640)
    Path(temporary).replace(folder / f"{message.key}.json")
    return Receipt(how="file")


def body(message: Message) -> dict[str, object]:
    """What a peer reads: times with offset, empty texts as ""."""
    said = message.said
    due, wanted = message.outer_due_at, said.wanted
    return {
        "key": message.key,
        "source": message.source,
        "external_number": message.external_number,
        "number": message.number,
        "kind": message.kind,
        "round": message.round,
        "made_at": message.made_at.astimezone(SHANGHAI).isoformat(),
        "outer_due_at": due.astimezone(SHANGHAI).isoformat() if due else None,
        "contact": said.contact,
        "fact_finding": said.fact,
        "demand_finding": said.demand,
        "result": said.result,
        "reply": said.reply if message.kind == "reply" else "",
        "reason": said.reason if message.kind != "reply" else "",
        "wanted_due": wanted.astimezone(SHANGHAI).isoformat() if wanted else None,
        "text": message.text,
    }
