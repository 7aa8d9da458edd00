"""The application of areas."""

from django.apps import AppConfig


class AreasConfig(AppConfig):
    """Named so that its label is its folder's name."""

    name = "townops.areas"
    label = "areas"
    verbose_name = "区域"
