from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "collectief.enrolment"

    def ready(self) -> None:
        from collectief.mutations.corridor import registry

        from . import settling  # noqa: F401  (its job makes itself known)
        from .family import EnrolmentFamily

        registry.register(EnrolmentFamily())
