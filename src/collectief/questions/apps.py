from django.apps import AppConfig


class QuestionsConfig(AppConfig):
    name = "collectief.questions"

    def ready(self) -> None:
        from collectief.cases.rules import registry

        from .kind import QUESTIONS

        registry.register(QUESTIONS)
