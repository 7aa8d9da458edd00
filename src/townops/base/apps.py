"""Start-up of the plumbing: every context's declarations are found by file name."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "townops.base"
    label = "base"
    verbose_name = "底座"

    def ready(self) -> None:
        from townops.base import registry

        registry.autodiscover((*registry.MODULES, "routine"))
