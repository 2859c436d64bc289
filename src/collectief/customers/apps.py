from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "collectief.customers"

    def ready(self) -> None:
        from collectief.cases.rules import registry

        from .kinds import KINDS

        for kind in KINDS:
            registry.register(kind)
