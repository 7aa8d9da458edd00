"""The application of the machine API."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """Named so that its label is its folder's name."""

    name = "townops.sharing"
    label = "sharing"
    verbose_name = "数据共享"
