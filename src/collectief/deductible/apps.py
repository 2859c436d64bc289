from django.apps import AppConfig


class DeductibleConfig(AppConfig):
    name = "collectief.deductible"

    def ready(self) -> None:
        from collectief.runs.rules import registry

        from .kinds import YEARLY_OVERVIEW

        registry.register(YEARLY_OVERVIEW)
