"""The application of dispatch."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """Named so that its label is its folder's name."""

    name = "townops.dispatch"
    label = "dispatch"
    verbose_name = "派单规则"
