"""`train-hotline` and `evaluate-hotline`: the classifier learns from the town's own orders and is measured."""

from argparse import Namespace
from pathlib import Path

from townops.commands.shell import PASS, Commands, Unusable, add, say, start_django, start_town


def register(commands: Commands) -> None:
    train = add(
        commands,
        "train-hotline",
        train_hotline,
        "用本镇已办结工单（及本地文件）训练归类模型 / train the classifier",
    )
    train.add_argument("files", nargs="*", type=Path)
    train.add_argument("--forget", action="store_true", help="恢复随附模型 / back to the shipped model")
    evaluate = add(
        commands,
        "evaluate-hotline",
        evaluate_hotline,
        "用人工标注的留言评测归类模型 / measure the classifier against labelled messages",
    )
    evaluate.add_argument("file", type=Path, help="留言文件 / the messages")
    evaluate.add_argument("--labels", default="", help="标注集 / name of the labels")
    evaluate.add_argument("--shipped", action="store_true", help="评测随附模型 / the shipped model")


def train_hotline(options: Namespace) -> int:
    """Exit 0 when a model was trained, 2 when there is nothing to learn from."""
    refuse_missing(options.files)
    start_town()
    from townops.intake import training

    if options.forget:
        training.forget()
        say("已恢复随附模型 / back to the shipped model")
        return PASS
    say(str(training.run(options.files)))
    return PASS


def evaluate_hotline(options: Namespace) -> int:
    """Prints figures and confusion tables; 2 when the messages are absent. Needs no town."""
    refuse_missing([options.file])
    start_django()
    from townops.intake import classify, evaluation
    from townops.intake.domain.linear import load

    model = load(classify.shipped()) if options.shipped else classify.current()
    say(evaluation.table(evaluation.evaluate(model, options.file, name=options.labels or evaluation.LABELS)))
    return PASS


def refuse_missing(files: list[Path]) -> None:
    for file in files:
        if not file.is_file():
            raise Unusable(f"没有文件 {file}", f"No such file: {file}")
