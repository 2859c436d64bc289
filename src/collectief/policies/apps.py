from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "collectief.policies"

    def ready(self) -> None:
        from collectief.cases.rules import registry

        from .kinds import KINDS

        for kind in KINDS:
            registry.register(kind)
