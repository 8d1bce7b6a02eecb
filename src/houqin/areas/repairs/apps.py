from django.apps import AppConfig


class RepairsConfig(AppConfig):
    name = "houqin.areas.repairs"
    label = "repairs"
    verbose_name = "报修"
