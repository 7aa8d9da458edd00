"""Plain statements write what the models would."""

from datetime import UTC, datetime

import pytest
from django.apps import apps

from townops.base import sql
from townops.base.models import OutboxRow

AT = datetime(2026, 3, 2, 9, 0, 0, 5, tzinfo=UTC)
MODELS = [model for model in apps.get_models() if model.__module__.startswith("townops.")]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_fresh_row_has_what_a_model_would_start_with(model):
    fields = [field for field in model._meta.concrete_fields if field.column]
    plain, light = model(), sql.fresh(model)
    for field in fields:
        one, other = getattr(light, field.attname), getattr(plain, field.attname)
        made_anew = field.has_default() and callable(field.default)
        assert type(one) is type(other) and (made_anew or one == other), field
    assert light._state.adding and light._state.db is None


@pytest.mark.django_db
def test_a_fresh_row_comes_back_as_it_was_given():
    given = {"topic": "t", "key": "7", "body": "{}", "subscriber": "s", "at": AT, "next_at": AT}
    sql.insert([sql.fresh(OutboxRow, **given)])
    sql.insert([sql.fresh(OutboxRow, **given), sql.fresh(OutboxRow, **given)])
    assert list(OutboxRow.objects.values(*given)) == [given] * 3
    assert sql.values("SELECT COUNT(*) FROM base_outboxrow WHERE next_at <= %s", [AT]) == [(3,)]
