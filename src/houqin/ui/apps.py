from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "houqin.ui"
    label = "ui"
    verbose_name = "界面"
