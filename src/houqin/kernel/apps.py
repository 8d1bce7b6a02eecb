from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "houqin.kernel"
    label = "kernel"
    verbose_name = "内核"
