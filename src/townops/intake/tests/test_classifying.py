"""The classifier: trained in a child, asked in batches, measured on messages nobody trained on."""

import csv
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from townops.intake import classify, corpus, evaluation, learn
from townops.intake.domain import demand
from townops.intake.domain.linear import load
from townops.intake.domain.text import clean, split
from townops.kernel.refusal import Refused

MESSAGES = Path(__file__).parents[4] / ".." / "shared" / "data" / "hotline" / "messages_4326.csv.gz"
real = pytest.mark.skipif(
    not MESSAGES.exists(), reason="the real messages (../shared/data/hotline) are not here"
)


def subjects() -> dict[str, dict[str, object]]:
    stated = tomllib.loads(learn.CLASSES.read_text("utf-8"))["subject"]
    return {one["code"]: one for one in stated if "parent" in one}


def test_every_subject_has_sentences_of_our_own() -> None:
    phrases = tomllib.loads(learn.PHRASES.read_text("utf-8"))
    assert set(phrases) == set(subjects())
    assert all(len(sentences) >= 7 for sentences in phrases.values())


def test_a_plain_message_is_given_its_subject() -> None:
    assert classify.suggest("楼下麻将馆每晚打牌到两点，吵得睡不着")[0].class_code == "H-07-02"
    assert classify.suggest("路灯不亮\n门口这条路的路灯坏了半个月")[0].class_code == "H-05-02"


def test_suggestions_come_best_first_with_a_share_between_0_and_1() -> None:
    found = classify.suggest("停水三天了", top=5)
    shares = [one.confidence for one in found]
    assert len(found) == 5
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= one <= 1 for one in shares)


def test_a_batch_says_what_each_alone_would() -> None:
    texts = ["公交车等了很久", "邻居养的狗整夜叫", ""]
    assert classify.suggest_many(texts) == [classify.suggest(text) for text in texts]


def test_a_text_of_nothing_known_is_never_sure() -> None:
    assert classify.suggest("😀 ???")[0].confidence < classify.THRESHOLD


def test_a_branch_without_a_model_gets_no_suggestion() -> None:
    assert classify.suggest("井盖坏了", "grid") == []


def test_asking_loads_no_learning_library() -> None:
    script = (
        "import sys; from townops.intake.domain.linear import load; from pathlib import Path;"
        "load(Path(sys.argv[1])).probabilities(['停电']); print('sklearn' in sys.modules)"
    )
    found = subprocess.run(  # noqa: S603  (our own script)
        [sys.executable, "-c", script, str(classify.shipped())],
        env={"PYTHONPATH": str(classify.PACKAGE.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "False"


def test_a_saved_model_says_the_same_as_before(tmp_path: Path) -> None:
    model = load(classify.shipped())
    model.save(tmp_path / "copy.npz")
    again = load(tmp_path / "copy.npz")
    assert again.classes == model.classes
    assert abs(again.probabilities(["停水"]) - model.probabilities(["停水"])).max() < 1e-3


def test_what_the_town_confirmed_outweighs_our_own_sentences(tmp_path: Path) -> None:
    confirmed = tmp_path / "confirmed.csv"
    with confirmed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["class_code", "text"])
        writer.writerows([("H-16-02", f"灯塔古渡口第{number}号灯坏了，请修缮") for number in range(30)])
    classify.learn_in_child(tmp_path / "model.npz", [confirmed])
    model = load(tmp_path / "model.npz")
    assert model.classes[model.probabilities(["灯塔古渡口灯坏了"]).argmax()] == "H-16-02"


def test_a_child_that_fails_says_why_and_leaves_no_model(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(Refused, match="model_missing"):
        classify.learn_in_child(tmp_path / "model.npz", [broken])
    assert [path.name for path in tmp_path.iterdir()] == ["broken.csv"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请问居住证怎么办理？", "咨询"),
        ("建议在学校门口增设红绿灯", "建议"),
        ("举报某公司涉嫌诈骗", "举报"),
        ("投诉物业乱收费", "投诉"),
        ("恳请领导帮我们解决停水问题", "求助"),
        ("感谢社区及时修好路灯", "表扬"),
        ("这是一条什么都没说的话", "投诉"),
    ],
)
def test_the_demand_type_is_inferred_from_the_wording(text: str, kind: str) -> None:
    assert demand.infer(text)[0] == kind
    assert classify.demand_type(text)[0] == demand.CODES[kind]


def test_anonymous_places_and_courtesies_say_nothing() -> None:
    assert clean("尊敬的领导：您好！A7县 路灯 3 天不亮") == "：！路灯天不亮"
    assert split("标题\n正文") == ("标题", "正文")
    assert split("只有一段")[1] == "只有一段"


def test_no_labelled_message_is_trained_on(tmp_path: Path) -> None:
    held = sorted(corpus.held_out())[0]
    path = tmp_path / "messages.csv"
    body = "丙小区门前的银杏树倒伏压住车辆无人处置已经两天" * 3
    rows = [
        (held, "甲", body),
        ("1", "甲的重复", body),
        ("2", "别的", "丁路积水很深，行人无法通过，请派人来抽水。"),
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["留言编号", "留言主题", "留言详情"])
        writer.writerows(rows)
    segmented = tmp_path / "segmented.csv"
    segmented.write_text("tokens,label\n丙 小区 门前 银杏树 倒伏 压住 车辆 无人 处置,城乡建设\n", "utf-8")
    found = corpus.read([path, segmented], without=corpus.held_out())
    assert found.texts == ["别的\n丁路积水很深，行人无法通过，请派人来抽水。"]


def test_the_two_labelled_sets_share_no_message_and_name_known_classes() -> None:
    first, second = corpus.labels("labels_300"), corpus.labels("labels_development_300")
    assert len(first) == len(second) == 300
    assert not set(first) & set(second)
    assert {code for code, _ in [*first.values(), *second.values()]} <= set(subjects())
    assert {kind for _, kind in [*first.values(), *second.values()]} <= set(demand.TYPES)


@real
def test_the_shipped_model_keeps_its_promise_on_real_messages() -> None:
    found = evaluation.evaluate(load(classify.shipped()), MESSAGES)
    assert len(found.judged) == 300
    assert found.precision >= 0.84
    assert found.coverage >= 0.30


def test_without_the_messages_the_evaluation_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="evaluation_missing"):
        evaluation.evaluate(load(classify.shipped()), tmp_path / "none.csv.gz")
