"""`./townops train_hotline [FILE...]`: learn from the town's closed orders and from local files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from townops.base.words import render
from townops.intake import training
from townops.kernel.refusal import Refused


class Command(BaseCommand):
    """Exit 0 when a model was trained, 2 when there is nothing to learn from."""

    help = "用本镇已办结工单（及本地文件）训练归类模型 / train the classifier"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path)
        parser.add_argument("--forget", action="store_true", help="恢复随附模型 / back to the shipped model")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["forget"]:
            training.forget()
            self.stdout.write("已恢复随附模型。")
            return
        try:
            self.stdout.write(str(training.run(options["files"])))
        except Refused as refusal:
            raise CommandError(render(refusal), returncode=2) from None
