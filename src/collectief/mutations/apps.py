from django.apps import AppConfig


class MutationsConfig(AppConfig):
    name = "collectief.mutations"
