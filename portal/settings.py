"""Settings: the same for the embedded default and for a deployment; what differs is read from the environment.

`DATABASE_URL` and `CELERY_BROKER_URL` choose PostgreSQL and RabbitMQ (or Redis); without them the portal runs on
SQLite and a folder. `docs/operations.md` lists every variable.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu.entity import Queue

from portal import env
from portal.api.enum_names import ENUM_NAMES

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.folder("BENIGNA_DATA_DIR", BASE_DIR / ".benigna")
VERSION = "0.1.0"

DEBUG = env.flag("BENIGNA_DEBUG")
SECRET_KEY = env.secret_key(data_dir=DATA_DIR)
HTTPS = env.flag("BENIGNA_HTTPS")
ALLOWED_HOSTS = env.words("BENIGNA_HOSTS", "localhost,127.0.0.1,[::1]")
PUBLIC_URL = env.text("BENIGNA_PUBLIC_URL")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
# How many proxies in front add to X-Forwarded-For; 0 means the header is not believed.
TRUSTED_PROXIES = env.integer("BENIGNA_TRUSTED_PROXIES", 0)

INSTALLED_APPS = [
    "portal",
    "portal.organisations",
    "portal.jobs",
    "portal.review",
    "portal.watching",
    "substances",
    "substitution",
    "portal.companies",
    "portal.api",
    "portal.web",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "portal.web.health.answer_health_first",
    "django.middleware.security.SecurityMiddleware",
    "portal.web.errors.RefuseNul",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.web.logging.RequestLog",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
ASGI_APPLICATION = "portal.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "portal.web.context.site",
            ],
        },
    },
]

# --- Data ---------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.database(env.text("DATABASE_URL"), data_dir=DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# In the database, so that limits are shared between processes and machines.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        # At the default of 300 entries, 300 clients would push one another's counters out. Over it, what has expired
        # goes first, then a tenth of the rest.
        "OPTIONS": {"MAX_ENTRIES": 100_000, "CULL_FREQUENCY": 10},
    },
    # Of one server process alone: counters of plain reads.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "process",
        "OPTIONS": {"MAX_ENTRIES": 100_000, "CULL_FREQUENCY": 10},
    },
    # Of one process alone: parts of pages (portal.common.kept), 20 to 100 kB each.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 300, "CULL_FREQUENCY": 3},
    },
}

# --- Indexes of fingerprints (substances.similarity) ----------------------------------------------------------------

INDEX_ROWS_UNPUBLISHED = 5_000  # that may wait beside an index, or without one, before a worker is asked to publish
INDEX_ROWS_IN_MEMORY = 30_000  # read from the database where there is no index; with more it "is being rebuilt"
# Of a library with more, workers share out each search in parts of this size.
SHARD_MOLECULES = env.integer("BENIGNA_SHARD_MOLECULES", 8 * 2**20, minimum=64)
INDEX_SETTLED_NS = 2 * 10**9  # before a file is so old, its times do not tell the next change: it is read whole again

# --- Work outside the request (portal.jobs is the ledger; the broker is a doorbell) ---------------------------------

BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "filesystem://")
BROKER_QUEUES = ("interactive", "batch", "import", "mail")  # docs/operations.md
BATCH_JOBS_AT_ONCE = env.integer("BENIGNA_BATCH_JOBS", 0, minimum=0)  # of all but the first; 0: half of all hands
IMPORT_JOBS_AT_ONCE = env.integer("BENIGNA_IMPORT_JOBS", 1, minimum=1)
OPEN_JOBS = env.integer("BENIGNA_OPEN_JOBS", 10_000, minimum=1)  # of one owner in one queue
OPEN_JOBS_OF_A_STRANGER = env.integer("BENIGNA_OPEN_JOBS_OF_A_STRANGER", 20, minimum=1)
CELERY_TASK_DEFAULT_QUEUE = BROKER_QUEUES[0]
CELERY_TASK_QUEUES = [
    Queue(  # type: ignore[no-untyped-call]  # kombu ships no types
        _queue,
        routing_key=_queue,
        # RabbitMQ: replicated, on disk. The other brokers know no kinds of queue.
        queue_arguments={"x-queue-type": "quorum"} if CELERY_BROKER_URL.startswith(("amqp", "pyamqp")) else None,
    )
    for _queue in BROKER_QUEUES
]
CELERY_TASK_CREATE_MISSING_QUEUES = False
# A worker holds only what it works on; what a dead one held is not sent again by the broker but by the ledger.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 5000
CELERY_TASK_TIME_LIMIT = 600
CELERY_BROKER_CONNECTION_TIMEOUT = 1.5  # somebody may be waiting; a doorbell not heard is rung again
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
if CELERY_BROKER_URL.startswith("filesystem:"):
    for _folder in ("messages", "control"):
        (BROKER_DIR / _folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.03,  # at the default of 1 s an empty task takes 0.65 s
    }
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "unacked_restore_interval": 10,
        "visibility_timeout": 600,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"confirm_publish": True, "read_timeout": 2, "write_timeout": 2}
CELERY_BROKER_TRANSPORT_OPTIONS |= {"max_retries": 1, "interval_start": 0.05, "interval_step": 0}

# --- People -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web:home"
LOGOUT_REDIRECT_URL = "web:home"
ACCOUNT_ADAPTER = "portal.organisations.accounts.AccountAdapter"
ACCOUNT_FORMS = {"signup": "portal.organisations.forms.SignupForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if env.text("EMAIL_URL") else "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# Failed logins are counted by axes, for each account and each address, whichever door they come through.
ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": "1000/5m", "reset_password": "20/m/ip,5/d/key"}
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 5 / 60  # hours: 10 attempts in 5 minutes
AXES_LOCKOUT_PARAMETERS = ["ip_address", "username"]
AXES_USERNAME_CALLABLE = "portal.organisations.accounts.attempted_account"
AXES_CLIENT_IP_CALLABLE = "portal.common.client_address.client_address"
AXES_LOCKOUT_TEMPLATE = "account/locked.html"

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
if env.text("EMAIL_URL"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    vars().update(env.email(env.text("EMAIL_URL")))
DEFAULT_FROM_EMAIL = env.text("BENIGNA_MAIL_FROM", "benigna@localhost")

# --- Doors --------------------------------------------------------------------------------------------------------

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Promises about the operator's whole domain, and hard to take back: only where they are asked for.
SECURE_HSTS_INCLUDE_SUBDOMAINS, SECURE_HSTS_PRELOAD = env.hsts()
# W005 and W021 ask for the two whatever else the domain serves; docs/operations.md says when to set them.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_HANDLERS = [
    "portal.common.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# --- Languages, time, files ---------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("pl", _("Polish"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
VENDOR_DIR = DATA_DIR / "vendor"  # the drawing aid, fetched by `manage.py up`
VENDOR_DIR.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [("vendor", VENDOR_DIR)]
STORAGES = env.storages(data_dir=DATA_DIR)
WHITENOISE_MAX_AGE = 31_536_000

# --- REST ---------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.permissions.DenyByDefault"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.common.rest.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,  # the schema says what there is; OPTIONS says 405
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "portal.common.rest.problems.exception_handler",
    "DEFAULT_PAGINATION_CLASS": "portal.common.rest.pages.Pages",
    "DEFAULT_THROTTLE_CLASSES": ["portal.common.rest.throttles.PerClient"],
    "DEFAULT_THROTTLE_RATES": {"searches": "10/min", "api": "300/min"},
    "NUM_PROXIES": TRUSTED_PROXIES,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Benigna",
    "DESCRIPTION": "What is known against a chemical, what can take its place, and how we know.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.api.schema.with_problems",
    ],
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
}

# --- Logs ---------------------------------------------------------------------------------------------------------

LOG_JSON = env.flag("BENIGNA_LOG_JSON", default=not DEBUG)
_log_processors: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.format_exc_info,
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer() if LOG_JSON else structlog.dev.ConsoleRenderer(),
            "foreign_pre_chain": _log_processors,
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": env.text("BENIGNA_LOG_LEVEL", "WARNING")},
    "loggers": {
        "portal": {"level": "INFO"},
        "substances": {"level": "INFO"},
        "substitution": {"level": "INFO"},
        # Failures are logged with their request by django_structlog; a 503 of /readyz is an answer.
        "django.request": {"level": "CRITICAL"},
        "kombu.connection": {"level": "ERROR"},  # warns that the folder of messages has no host name
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_log_processors,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
