from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "collectief.enrolment"

    def ready(self) -> None:
        from collectief.mutations.corridor import registry

        from .family import EnrolmentFamily

        registry.register(EnrolmentFamily())
