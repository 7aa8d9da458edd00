"""Sentences of refusals: a context may say a lower one's better, but only of the same facts."""

import string
from collections import defaultdict

from townops.base import registry, words

FREE = {"unknown_crs"}  # always raised with what is known, which only the higher sentence tells


def facts(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name)


def test_a_sentence_that_replaces_another_tells_no_fact_the_refusal_lacks():
    said: dict[str, list[str]] = defaultdict(list)
    for context in registry.contexts():
        for code, sentence in words._words_of(context).items():
            said[code].append(sentence)
    clashing = {
        code: sentences
        for code, sentences in said.items()
        if code not in FREE and not facts(sentences[-1]) <= facts(sentences[0])
    }
    assert clashing == {}
