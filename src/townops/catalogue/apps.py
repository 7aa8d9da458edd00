"""The application of the catalogue."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Named so that its label is its folder's name."""

    name = "townops.catalogue"
    label = "catalogue"
    verbose_name = "分类目录"
