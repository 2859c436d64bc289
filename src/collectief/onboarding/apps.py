from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "collectief.onboarding"

    def ready(self) -> None:
        from collectief.cases.rules import registry

        from .kind import APPLICATIONS

        registry.register(APPLICATIONS)
