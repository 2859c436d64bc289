from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "collectief.onboarding"

    def ready(self) -> None:
        from collectief.cases.rules import TERMS, Kind, registry

        from .actions import KIND, decided

        registry.register(Kind(KIND, TERMS[KIND], decided))
