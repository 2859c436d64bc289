from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "collectief.cases"
