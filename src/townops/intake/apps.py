"""The application of intake."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Named so that its label is its folder's name."""

    name = "townops.intake"
    label = "intake"
    verbose_name = "受理"
