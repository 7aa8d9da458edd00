"""The application of documents."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Named so that its label is its folder's name."""

    name = "townops.documents"
    label = "documents"
    verbose_name = "文书"
