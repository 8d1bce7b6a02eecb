from django.apps import AppConfig


class Later(AppConfig):
    name, label = "tests.fault.later", "later"
    default_auto_field = "django.db.models.BigAutoField"
