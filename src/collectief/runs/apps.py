from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "collectief.runs"
