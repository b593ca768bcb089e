"""Django's settings. Where things are comes from ``schemas.environment``; the rest is fixed here."""

from __future__ import annotations

from control.database import database_settings
from control.secret_key import lazy_secret_key
from schemas.environment import read_environment

environment = read_environment()
LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}
public_hosts = [host for host in environment.allowed_hosts if host not in LOOPBACK]

DEBUG = environment.debug
SECRET_KEY = lazy_secret_key(environment)
ALLOWED_HOSTS = environment.allowed_hosts
DATABASES = {"default": database_settings(environment.database_url)}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "control.sites",
    "control.jobs",
    "control.results",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "control.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
FORMAT_MODULE_PATH = "control.formats"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# On loopback there is no TLS, and a browser would not send back a cookie that asks for it. Any other host is
# taken to be behind a proxy that ends TLS, and that redirects to https and sends HSTS itself (W004, W008).
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = bool(public_hosts)
CSRF_TRUSTED_ORIGINS = [
    f"https://*{host}" if host.startswith(".") else f"https://{host}" for host in public_hosts if host != "*"
]
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]

# Django's own default sends errors by mail, to nobody.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING"}},
}
