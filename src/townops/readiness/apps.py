from django.apps import AppConfig


class ReadinessConfig(AppConfig):
    name = "townops.readiness"
    label = "readiness"
    verbose_name = "应急准备"
