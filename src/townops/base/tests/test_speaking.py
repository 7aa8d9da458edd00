"""Pages said in the language their reader chose."""

import pytest
from django.http import HttpResponse, JsonResponse
from django.test import RequestFactory, override_settings

from townops.base.speaking import Speaking, chosen, page
from townops.kernel.messages import Speech

SPEECH = Speech.of({"派遣": "Dispatch", "同意": "Agree", "意见": "Opinion", "工作时间": "working hours"})


def said(html):
    return page(html, SPEECH, "en")


def test_text_and_spoken_attributes_are_said():
    assert said('<b title="派遣">派遣</b>') == '<b title="Dispatch">Dispatch</b>'


def test_what_a_field_holds_is_never_translated():
    html = '<input value="同意"><textarea name="note">同意</textarea>'
    assert said(html) == html


def test_what_a_field_asks_for_is_said():
    assert (
        said('<textarea placeholder="意见">同意</textarea>')
        == '<textarea placeholder="Opinion">同意</textarea>'
    )


def test_an_option_without_a_value_sends_back_the_chinese_it_had():
    assert said("<option>工作时间</option>") == '<option value="工作时间">working hours</option>'


def test_data_marked_as_such_stays():
    html = '<td translate="no">同意</td>'
    assert said(html + "<td>同意</td>") == html + "<td>Agree</td>"


def test_text_after_what_is_skipped_is_said():
    assert said("<p><textarea></textarea>派遣</p>") == "<p><textarea></textarea>Dispatch</p>"
    assert said('<b translate="no">派遣</b>派遣<i>') == '<b translate="no">派遣</b>Dispatch<i>'


def test_a_script_stays_as_it_is():
    html = "<script>const x = '派遣'</script>"
    assert said(html) == html


def test_the_page_names_its_language_and_carries_the_words_of_its_scripts():
    whole = said('<html lang="zh-Hans"><body>派遣</body></html>')
    assert whole.startswith('<html lang="en"><body>Dispatch')
    assert '<script type="application/json" id="words">' in whole


def asked(path="/", language="", **headers):
    request = RequestFactory().get(path, headers=headers)
    if language:
        request.COOKIES["townops_language"] = language
    return request


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (asked(), "zh-hans"),
        (asked(language="en"), "en"),
        (asked(language="xx"), "zh-hans"),
        (asked(accept_language="en-GB,en"), "zh-hans"),
        (asked("/api/v1/orders", accept_language="en"), "en"),
        (asked("/api/v1/orders", accept_language="en-GB,en"), "zh-hans"),
        (asked("/api/v1/orders", language="en"), "zh-hans"),
    ],
)
def test_readers_choose_by_the_switch_and_machines_by_the_header(request_, expected):
    assert chosen(request_) == expected


@override_settings(LANGUAGE_CODE="en")
def test_an_office_may_start_in_english():
    assert chosen(asked()) == "en"
    assert chosen(asked(language="zh-hans")) == "zh-hans"


def test_a_chinese_page_passes_untouched():
    html = "<p>派遣</p>"
    answer = Speaking(lambda _: HttpResponse(html))(asked())
    assert answer.content.decode() == html


def test_what_a_script_shows_is_said_and_its_data_is_not():
    answer = Speaking(lambda _: JsonResponse({"said": "派遣", "cells": {"note": "派遣"}}))(
        asked(language="en")
    )
    assert answer.content.decode() == '{"said": "Dispatch", "cells": {"note": "派遣"}}'
