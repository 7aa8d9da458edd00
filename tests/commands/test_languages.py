"""The catalogue of the second language and the texts it must hold."""

from pathlib import Path

from townops.commands import extracting, languages
from townops.kernel.messages import has_han, read_po


def test_every_text_of_the_product_has_english_and_the_catalogue_holds_nothing_else():
    assert languages.findings() == []


def test_a_new_text_without_english_is_found():
    found = list(languages.compared({"派遣": "Dispatch"}, {"派遣": "a.html", "新按钮": "b.html"}))
    assert found == ["b.html: no English for '新按钮'; run ./townops words and write it into the catalogue"]


def test_english_that_nothing_says_any_more_is_found():
    assert list(languages.compared({"旧按钮": "Old"}, {})) == [
        "catalogue: '旧按钮' is no longer used; run ./townops words"
    ]


def test_a_blank_that_the_text_lacks_and_markup_are_found():
    found = list(languages.compared({"共{n}件": "{count} <b>in all</b>"}, {"共{n}件": "a.html"}))
    assert [one.split(":")[1].split("'")[0].strip() for one in found] == ["", "markup in the English of"]


def test_texts_between_tags_and_of_attributes_are_extracted_with_their_blanks():
    page = '{% if x %}<a title="第 {{ one.round }} 轮">共 {{ rows|length }} 件。</a>{{ y|default:"没有" }}{% endif %}'
    found = {one for one in extracting.of_template(page) if has_han(one)}
    assert found == {"没有", "第 {round} 轮", "共 {rows} 件"}


def test_a_text_that_block_tags_cut_is_named_by_a_comment():
    assert "共 {n} 件，都办完了" in [*extracting.of_template("{# say: 共 {n} 件，都办完了 #}")]


def test_strings_and_f_strings_of_python_are_extracted_and_documentation_is_not():
    source = 'def f(a):\n    """说明。"""\n    return f"剩余 {a.span}", "派遣"\n'
    assert {*extracting.of_python(source)} == {"剩余 {span}", "派遣"}


def test_words_of_a_module_in_the_browser_are_extracted(tmp_path: Path):
    assert extracting.SCRIPT.findall('say(word("已选 {chosen} 件", { chosen }))') == ["已选 {chosen} 件"]


def test_the_catalogue_is_renewed_without_losing_what_was_translated(tmp_path: Path):
    file = tmp_path / "django.po"
    languages.renew(file, {"派遣": "a.html"})
    file.write_text(file.read_text("utf-8").replace('msgstr ""\n', 'msgstr "Dispatch"\n', 2), "utf-8")
    languages.renew(file, {"派遣": "a.html", "退单": "b.html"})
    assert read_po(file.read_text("utf-8"))["退单"] == ""
    assert "派遣" in read_po(file.read_text("utf-8"))
