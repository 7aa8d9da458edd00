"""The desk as an installed part."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "townops.console"
    label = "console"
    verbose_name = "工作台"
