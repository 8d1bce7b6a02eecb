"""The application as any WSGI server takes it; `houqin start` serves it itself."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "houqin.config.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
