from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "houqin.areas.plans"
    label = "plans"
    verbose_name = "计划"
