"""Registries refuse doubles; every refusal has words."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

import townops
from townops.base import registry, words
from townops.kernel.refusal import Refused

SOURCE = Path(townops.__file__).parent
REFUSED = re.compile(r'Refused\(\s*"([a-z0-9_]+)"')


def test_two_answers_to_one_question_stop_the_start():
    answers = registry.Answers()
    answers.register("who", str)
    answers.register("who", str)
    with pytest.raises(ImproperlyConfigured, match="who"):
        answers.register("who", int)


def test_a_question_is_answered_by_whoever_registered():
    answers = registry.Answers()
    answers.register("sum", lambda one, *, two: one + two)
    assert answers.knows("sum") and answers.ask("sum", 1, two=2) == 3
    assert not answers.knows("other")
    with pytest.raises(LookupError):
        answers.ask("other")


def test_modules_are_found_by_name_in_every_context():
    found = registry.autodiscover(registry.MODULES)
    assert "townops.base.words" in found
    assert "townops.base.nothing" not in registry.autodiscover(["nothing"])


def test_a_module_that_does_not_import_stops_the_start(tmp_path, monkeypatch):
    (tmp_path / "broken_context").mkdir()
    (tmp_path / "broken_context" / "__init__.py").write_text("")
    (tmp_path / "broken_context" / "jobs.py").write_text("import no_such_module_at_all")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "contexts", lambda: ["broken_context"])
    with pytest.raises(ModuleNotFoundError):
        registry.autodiscover(["jobs"])


def test_a_refusal_is_said_in_words_with_its_parameters():
    assert words.render(Refused("password_short", shortest=10)) == "密码至少10位。"
    assert (
        words.render(Refused("facts_missing", facts=["结果", "照片"])) == "还缺少：结果、照片，请补充后再提交"
    )


def test_words_with_a_parameter_missing_or_a_code_unknown_still_say_something():
    assert words.render(Refused("password_short")) == "密码至少…位。"
    assert "no_words_yet" in words.render(Refused("no_words_yet"))


def test_every_refusal_in_the_source_has_words():
    sources = [path for path in SOURCE.rglob("*.py") if "tests" not in path.parts]
    used = {
        (code, path.name) for path in sources for code in REFUSED.findall(path.read_text(encoding="utf-8"))
    }
    known = words.every_word()
    assert len(used) > 20
    assert sorted((code, name) for code, name in used if code not in known) == []
