from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "collectief.onboarding"

    def ready(self) -> None:
        from collectief.cases.rules import registry

        from .kinds import KINDS

        for kind in KINDS:
            registry.register(kind)
