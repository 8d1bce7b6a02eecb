"""Settings: the environment names of the contract and nothing else; everything a school sets is a row."""

import os
import tempfile
from pathlib import Path

from . import address, log, sqlite  # first of all: before Django's backend
from .keys import read_or_make

import environ  # isort: skip
from django.utils.csp import CSP  # isort: skip

env = environ.Env()
SOURCE = Path(__file__).resolve().parents[1]
TESTING = "PYTEST_VERSION" in os.environ
if TESTING and "HOUQIN_DATA" not in os.environ:  # pytest reads this before any conftest.py
    os.environ["HOUQIN_DATA"] = tempfile.mkdtemp(prefix="houqin-test-")
DATA = Path(env.str("HOUQIN_DATA", default="var")).resolve()
URL = env.str("HOUQIN_URL", default=address.remembered(DATA)).rstrip("/")  # printed on labels
OUTBOUND = tuple(env.list("HOUQIN_OUTBOUND", default=[]))
TRUSTED_PROXIES = tuple(env.list("HOUQIN_TRUSTED_PROXIES", default=[]))
HTTPS = env.bool("HOUQIN_HTTPS", default=False)  # set by `houqin start --https` or a proxy's unit

SECRET_KEY, ENTRY_KEY = read_or_make(DATA, "secret"), read_or_make(DATA, "entries")
DEBUG = False
ALLOWED_HOSTS = env.list("HOUQIN_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_vite",
    "houqin.kernel",
    "houqin.ui",
    "houqin.areas.plans",
    "houqin.areas.repairs",
]
AREAS_OF_THE_KIT = ["houqin.ui.house"]  # registers of the kernel's own cards; listed before the areas
MIDDLEWARE = [
    "houqin.ui.middleware.Headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "houqin.ui.middleware.Access",
]
ROOT_URLCONF = "houqin.config.urls"
WSGI_APPLICATION = "houqin.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.messages.context_processors.messages",
                "houqin.ui.frame.frame",
            ]
        },
    }
]

# ── database: one writing alias, one that only reads ──────────────────────────────────────────────────────
PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
    " PRAGMA mmap_size=0; PRAGMA journal_size_limit=67108864;"
)
READ_PRAGMAS = "PRAGMA foreign_keys=ON; PRAGMA query_only=ON; PRAGMA mmap_size=0;"
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA / 'houqin.sqlite3'}")}
DATABASES["default"].update(CONN_MAX_AGE=600, CONN_HEALTH_CHECKS=True, ATOMIC_REQUESTS=False)
DATABASES["reader"] = {**DATABASES["default"], "TEST": {"MIRROR": "default"}}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    SHARED = {"factory": sqlite.Connection, "timeout": 10}
    DATABASES["default"]["OPTIONS"] = {**SHARED, "transaction_mode": "IMMEDIATE", "init_command": PRAGMAS}
    DATABASES["reader"]["OPTIONS"] = {**SHARED, "transaction_mode": "DEFERRED", "init_command": READ_PRAGMAS}
else:
    GIVEN = DATABASES["default"].get("OPTIONS", {})  # sslmode and the like hold for both
    ONLY_READ = f"{GIVEN.get('options', '')} -c default_transaction_read_only=on".strip()
    DATABASES["reader"]["OPTIONS"] = GIVEN | {"options": ONLY_READ}
DEFAULT_AUTO_FIELD, DATABASE_ROUTERS = "django.db.models.BigAutoField", ["houqin.config.moment.Router"]

# ── who ───────────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "kernel.User"
LOGIN_URL, LOGIN_REDIRECT_URL = "/login/", "/"
PASSWORD_HASHERS = ["houqin.ui.passwords.Argon2id", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "houqin.ui.passwords.NotTooLong"},
    {"NAME": "houqin.ui.passwords.NotOfTheSchool"},
]
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("__Host-sid", "__Host-csrf") if HTTPS else ("sid", "csrf")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_FAILURE_VIEW = "houqin.ui.errors.csrf"
CSRF_TRUSTED_ORIGINS = [URL] if URL.startswith("https://") else []
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# ── headers (security.md 5.1) ─────────────────────────────────────────────────────────────────────────────
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],  # and 'wasm-unsafe-eval' where codes are read: ui/scan.py
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

# ── words, time, files ────────────────────────────────────────────────────────────────────────────────────
LOGGING = log.plan(DATA)
LANGUAGE_CODE, TIME_ZONE, USE_TZ = "zh-hans", "Asia/Shanghai", True
STATIC_URL, STATIC_ROOT = "/static/", DATA / "static"
MANIFEST = SOURCE / "ui/static/dist/manifest.json"
DJANGO_VITE = {"default": {"manifest_path": MANIFEST, "static_url_prefix": "dist", "dev_mode": False}}
PLAIN_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
PLAIN_FILES = "django.core.files.storage.FileSystemStorage"
STORAGES = {
    "default": {"BACKEND": PLAIN_FILES, "OPTIONS": {"location": DATA / "files"}},
    "staticfiles": {"BACKEND": PLAIN_STATIC if TESTING else "houqin.config.storage.Storage"},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = TESTING  # when asked, not once a client
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_HANDLERS = ["houqin.ui.uploads.QuotaUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_TEMP_DIR = DATA / "tmp"
