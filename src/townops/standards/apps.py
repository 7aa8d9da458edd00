"""The application of standards."""

from django.apps import AppConfig


class StandardsConfig(AppConfig):
    """Named so that its label is its folder's name."""

    name = "townops.standards"
    label = "standards"
    verbose_name = "标准化建设"  # say: 标准化建设

    def ready(self) -> None:
        """A broken catalogue stops start-up."""
        from townops.standards import catalogues

        catalogues.current()
