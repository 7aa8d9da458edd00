"""`./townops evaluate_hotline FILE`: the classifier against the messages labelled by reading."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from townops.base.words import render
from townops.intake import classify, evaluation
from townops.intake.domain.linear import load
from townops.kernel.refusal import Refused


class Command(BaseCommand):
    """Prints figures and confusion tables; 2 when the messages are absent."""

    help = "用人工标注的留言评测归类模型 / measure the classifier"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--labels", default=evaluation.LABELS)
        parser.add_argument("--shipped", action="store_true", help="评测随附模型 / the shipped model")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            model = load(classify.shipped()) if options["shipped"] else classify.current()
            found = evaluation.evaluate(model, options["file"], name=options["labels"])
        except Refused as refusal:
            raise CommandError(render(refusal), returncode=2) from None
        self.stdout.write(evaluation.table(found))
