from django.apps import AppConfig


class StatementsConfig(AppConfig):
    name = "collectief.statements"

    def ready(self) -> None:
        from collectief.cases.rules import registry

        from .kind import S1_BY_HAND

        registry.register(S1_BY_HAND)
