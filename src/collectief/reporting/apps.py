from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "collectief.reporting"

    def ready(self) -> None:
        from collectief.runs.rules import registry

        from .kinds import FLOW_LISTS

        registry.register(FLOW_LISTS)
