"""One set of settings for demo, tests and production: the environment decides, and says nothing twice."""

from __future__ import annotations

import os
from pathlib import Path

from django.utils.csp import CSP

from . import database, environment, logs
from .storage import storage

PACKAGE = Path(__file__).resolve().parent.parent
STATE = Path(os.environ.get("COLLECTIEF_STATE", ".data")).resolve()
PRODUCTION = environment.is_production(os.environ)
# Other systems and their keys, the demo's where it is the demo; production does not start with one of those.
TOLD = environment.told(os.environ, production=PRODUCTION)

# One secret from which every key of this installation is derived; the demo makes its own (STATE/secret).
SECRET_KEY = database.installation_secret(STATE)
# The former one, for as long as links and recovery codes of before count (docs/keys.md).
SECRET_BEFORE = os.environ.get("COLLECTIEF_SECRET_BEFORE", "")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("COLLECTIEF_HOSTS", ".localhost localhost 127.0.0.1").split()

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    "collectief.scope",
    "collectief.audit",
    "collectief.contracts",
    "collectief.participants",
    "collectief.access",
    "collectief.runs",
    "collectief.inbox",
    "collectief.cases",
    "collectief.mutations",
    "collectief.documents",
    "collectief.post",
    "collectief.policies",
    "collectief.customers",
    "collectief.enrolment",
    "collectief.onboarding",
    "collectief.questions",
    "collectief.deductible",
    "collectief.statements",
    "collectief.bulk",
    "collectief.reporting",
    "collectief.exports",
    "collectief.web",
    "collectief.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "collectief.web.middleware.BrandMiddleware",
    "collectief.web.middleware.SignInRoleMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "collectief.web.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "collectief.web.middleware.BodyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "collectief.web.middleware.ScopeMiddleware",
]

ROOT_URLCONF = "collectief.config.urls"
WSGI_APPLICATION = "collectief.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.messages.context_processors.messages",
                "collectief.web.shell.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "collectief.web.templatetags.look"],
        },
    }
]

DATABASES = database.connections(STATE)
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.Account"
# Signing in is ours (access.actions, access.password_sign_in); Django only looks accounts up. A mailbox is one account
# of an insurer and another of another: no backend of ours looks for one by name alone.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["collectief.access.backend.EherkenningBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
# How many proxies of ours stand before the web server: whose word for the visitor's address counts.
PROXIES = int(os.environ.get("COLLECTIEF_PROXIES", "1" if PRODUCTION else "0"))

# Sessions: 15 minutes idle, 4 hours at most (STANDARDS, eHerkenning and sessions).
SESSION_IDLE_SECONDS = 15 * 60
SESSION_WARNING_SECONDS = 13 * 60
SESSION_LONGEST_SECONDS = 4 * 60 * 60
# So long before the longest time is over it is said, in time to send what was typed: staying is no choice then.
SESSION_LAST_SECONDS = 5 * 60
SESSION_ENGINE = "collectief.access.session_store"
SESSION_COOKIE_AGE = SESSION_LONGEST_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Plain HTTP exists on loopback only: everywhere else cookies travel encrypted or not at all.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "collectief.web.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# What Django calls an error (40, `messages.ERROR`) has this colour in the design system.
MESSAGE_TAGS = {40: "danger"}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],  # the design system's icons are data URIs
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = STATE / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "collectief.brands.finder.BrandFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": STATE / "files"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Where letters are kept, sealed: a folder that web and workers share, or s3://bucket/prefix; empty: in the database.
if LETTERS := os.environ.get("COLLECTIEF_LETTERS", ""):
    STORAGES["letters"] = storage(LETTERS)
WHITENOISE_USE_FINDERS = not PRODUCTION

# An upload is spooled to disk beyond this; how much of it is read at all is decided in `bulk`.
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "collectief.web.arriving.NamelessUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

BRP_URL = TOLD["BRP_URL"]
BRP_API_KEY = TOLD["BRP_API_KEY"]
# smtp://user:password@host:port, or smtps://
MAIL_URL = TOLD["MAIL_URL"]
# The gateway for short messages (CM.com, Business Messaging) and its product token.
SMS_URL = TOLD["SMS_URL"]
SMS_TOKEN = TOLD["SMS_TOKEN"]
# The print service (NotifyNL), and the two halves of its key.
PRINT_URL = TOLD["PRINT_URL"]
PRINT_SERVICE = TOLD["PRINT_SERVICE"]
PRINT_SECRET = TOLD["PRINT_SECRET"]
# The access point of EESSI, and what it knows us by (docs/abroad.md).
EESSI_URL = TOLD["EESSI_URL"]
EESSI_KEY = TOLD["EESSI_KEY"]
# A list of breached passwords that is asked by range, such as https://api.pwnedpasswords.com; empty asks none.
BREACHED_PASSWORDS_URL = os.environ.get("BREACHED_PASSWORDS_URL", "")
# How a link in a letter begins, {host} being the portal's first.
PORTAL_ADDRESS = os.environ.get("COLLECTIEF_ADDRESS", "https://{host}" if PRODUCTION else "http://{host}:8000")
EHERKENNING_URL = TOLD["EHERKENNING_URL"]
# A file with a connection per portal (docs/eherkenning.md); a portal that is not in it uses the broker above.
EHERKENNING_CONNECTIONS = os.environ.get("EHERKENNING_CONNECTIONS", "")
EHERKENNING_CLIENT_ID = os.environ.get("EHERKENNING_CLIENT_ID", "collectief")
EHERKENNING_CLIENT_SECRET = TOLD["EHERKENNING_CLIENT_SECRET"]
# A file with an insurer's own identity provider per portal of an office (docs/signing-in.md); empty: none has one.
SINGLE_SIGN_ON_CONNECTIONS = os.environ.get("SINGLE_SIGN_ON_CONNECTIONS", "")

# json or text
LOG_FORMAT = os.environ.get("COLLECTIEF_LOG_FORMAT", "json" if PRODUCTION else "text")
# Where each line of the process log also goes (OTLP over HTTP): https://collector.example/v1/logs; empty: nowhere.
LOGGING = logs.logging_settings(
    os.environ.get("COLLECTIEF_LOG", "WARNING"),
    LOG_FORMAT,
    os.environ.get("COLLECTIEF_LOG_COLLECTOR", ""),
    token=os.environ.get("COLLECTIEF_LOG_COLLECTOR_TOKEN", ""),
    authorities=os.environ.get("COLLECTIEF_LOG_COLLECTOR_AUTHORITIES", ""),
)
