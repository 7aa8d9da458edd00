"""Chinese messages said in another language."""

from townops.kernel.messages import Speech, read_po, used_by_scripts, write_po

SPEECH = Speech.of(
    {
        "派遣": "Dispatch",
        "退单": "Return",
        "工作日": "working days",
        "剩余 {span}": "{span} left",
        "{hours} 时 {minutes} 分": "{hours} h {minutes} min",
        "请先{step}，再{other}": "first {step}, then {other}",
        "（无）": "(none)",
        "首问": "First asked",
        "在{place}": "in {place}",
        "新文字": "",
    }
)


def test_a_known_text_is_said_with_the_space_around_it():
    assert SPEECH.say("\n  派遣 ") == "\n  Dispatch "


def test_an_unknown_text_stays_as_it_is():
    assert SPEECH.say("演示甲子") == "演示甲子"


def test_a_text_without_a_translation_stays_chinese():
    assert SPEECH.say("新文字") == "新文字"


def test_what_stands_in_the_blanks_is_said_too_and_may_change_places():
    assert SPEECH.say("剩余 2 时 13 分") == "2 h 13 min left"


def test_a_blank_before_a_unit_takes_figures_only():
    assert SPEECH.say("剩余 2 时 13 分") != "剩余 2 h 13 min"
    assert SPEECH.say("某某 时 13 分") == "某某 时 13 分"


def test_a_percentage_is_a_figure():
    assert Speech.of({"{part} 时提醒": "reminds at {part}"}).say("75% 时提醒") == "reminds at 75%"


def test_a_message_with_next_to_no_fixed_text_does_not_take_a_sentence():
    assert SPEECH.say("在门口，等人") == "在门口，等人"
    assert SPEECH.say("在门口") == "in 门口"


def test_punctuation_around_a_known_text_is_said_as_in_the_other_language():
    assert SPEECH.say("派遣：") == "Dispatch:"
    assert SPEECH.say("、") == ", "


def test_an_enumeration_of_known_words_is_said_word_by_word():
    assert SPEECH.say("派遣、退单 2") == "Dispatch, Return 2"


def test_a_sentence_of_which_a_part_is_unknown_is_not_mixed():
    assert SPEECH.say("派遣，请尽快到现场") == "派遣，请尽快到现场"


def test_a_label_before_data_is_said_and_the_data_stays():
    assert SPEECH.say("派遣：城管中队") == "Dispatch: 城管中队"


def test_words_in_brackets_are_said_with_what_stands_before_them():
    assert SPEECH.say("派遣（首问）") == "Dispatch (First asked)"
    assert SPEECH.say("党政办（首问）") == "党政办（首问）"  # part of a name


def test_a_figure_with_its_unit_is_said():
    assert SPEECH.say("5工作日") == "5 working days"


def test_a_long_text_is_somebodys_report_and_is_left_alone():
    long = "派遣、" * 300
    assert SPEECH.say(long) == long


def test_a_catalogue_is_read_as_it_was_written():
    entries = [("第{n}“版”", 'version "{n}"\n', "a.html"), ("关闭", "Close", "b.html c.js")]
    written = write_po('# head\nmsgid ""\nmsgstr ""\n"Language: en\\n"', entries)
    assert read_po(written) == {text: said for text, said, _ in entries}
    assert used_by_scripts(written) == ["关闭"]
