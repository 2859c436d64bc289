from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "collectief.onboarding"

    def ready(self) -> None:
        from collectief.cases.rules import TERMS, Kind, registry

        from . import actions, leaving, linking

        for module in (actions, leaving, linking):
            registry.register(Kind(module.KIND, TERMS[module.KIND], module.decided))
