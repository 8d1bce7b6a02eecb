"""The program of a later version: the house's settings and one more app, whose migrations wait."""

from houqin.config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.fault.later"]  # noqa: F405
