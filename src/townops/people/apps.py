"""The application of people."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Named so that its label is its folder's name."""

    name = "townops.people"
    label = "people"
    verbose_name = "组织人员"
