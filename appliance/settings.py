"""Django's settings, derived from `appliance.config`."""

from secrets import token_urlsafe

from django.utils.translation import gettext_lazy as _

from appliance.config import ROOT, config

_config = config()


def _secret(name: str) -> str:
    """The content of a secret file, or nothing before the first run has made it."""
    path = _config.secrets / name
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


# Commands that need no installation (makemigrations, check) run without one; such a
# process signs nothing that another could accept.
SECRET_KEY = _secret("django.key") or token_urlsafe(48)
DEBUG = False
ALLOWED_HOSTS = sorted({_config.host, "127.0.0.1", "localhost", *_config.hosts})
ROOT_URLCONF = "appliance.urls"
WSGI_APPLICATION = "appliance.wsgi.application"
AUTH_USER_MODEL = "accounts.Account"
APPEND_SLASH = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "procrastinate.contrib.django",
    "audit",
    "compliance.privacy",
    "compliance.vault",
    "compliance.approval",
    "compliance.grading",
    "models.registry",
    "appliance.web",
    "appliance.accounts",
    "appliance.desk",
    "appliance.knowledge",
    "appliance.assistant",
    "appliance.channels",
    "appliance.oversight",
    "appliance.ops",
]

MIDDLEWARE = [
    "appliance.web.middleware.ContentSecurity",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "appliance.web.middleware.Door",
    "appliance.web.middleware.Trail",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "appliance.web.context.shell",
            ],
        },
    },
]

_POOLED = _config.role in {"web", "worker"}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "strongroom",
        "USER": f"strongroom_{_config.role}",
        "PASSWORD": _secret(f"db-{_config.role}.pw"),
        "HOST": str(_config.database_socket),
        "PORT": "5432",
        "CONN_MAX_AGE": 0,
        # A connection that died with a restarted server is noticed before it is used.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # Migrations act as the owner, who cannot log in.
            **({"options": "-c role=strongroom_owner"} if _config.role == "migrator" else {}),
            **(
                {
                    "pool": {
                        "min_size": 2,
                        "max_size": _config.database_connections,
                        "timeout": 5,
                    }
                }
                if _POOLED
                else {}
            ),
        },
    }
}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "appliance" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = _config.var / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not _config.is_loopback
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "appliance.web.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Told over TLS alone: whoever has come that way once comes no other way for a year.
SECURE_HSTS_SECONDS = 0 if _config.is_loopback else 365 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["appliance.accounts.permissions.NamedRoles"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["appliance.web.body.BoundedJson"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "appliance.web.handler.handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Strongroom",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
}
LOGGING_CONFIG = None

# What `models.registry` asks of whoever runs it.
STRONGROOM_MODELS = _config.weights
STRONGROOM_MODELS_KEY = _config.model_key_public
STRONGROOM_MODELS_SIGNING_KEY = _config.model_key
