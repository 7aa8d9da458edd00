"""One settings file; every deployment choice is an environment variable."""

import os
import socket
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the arrays here are small: more threads only spin

SOURCE = Path(__file__).resolve().parent
PROJECT = SOURCE.parent.parent
DATA = Path(os.environ.get("TOWNOPS_DATA") or PROJECT / "data").resolve()

CONTEXTS = (
    "base", "areas", "people", "catalogue", "orders", "intake", "readiness", "dispatch", "documents", "standards",
    "sharing", "console",
)  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    *(f"townops.{name}" for name in CONTEXTS if (SOURCE / name / "__init__.py").exists()),
]

AUTH_USER_MODEL = "base.Account"
DEMO_SECRET = "townops-demo-only-this-secret-is-public-and-serves-no-real-town"  # noqa: S105


def secret_key() -> str:
    """The town's own key, made by `./townops init`; else the demo's, which `serve` refuses off loopback."""
    own = DATA / "keys" / "django.key"
    return own.read_text("ascii").strip() if own.exists() else DEMO_SECRET


def hosts() -> list[str]:
    """TOWNOPS_HOSTS, comma separated: names and addresses the town is reached by; loopback always works."""
    named = os.environ.get("TOWNOPS_HOSTS") or socket.gethostname()
    return ["localhost", "127.0.0.1", "[::1]", "testserver", *filter(None, named.split(","))]


def database(url: str) -> dict[str, object]:
    """Read DATABASE_URL (postgresql://user:pass@host:port/name); empty means the town's own SQLite file."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA / "townops.sqlite3",
            "CONN_MAX_AGE": None,  # opening the file costs more than most questions to it
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                "PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = os.environ.get("TOWNOPS_LANGUAGE", "zh-hans")  # until a reader chooses by the switch
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
LANGUAGE_COOKIE_NAME = "townops_language"
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [SOURCE / "locale"]

DEBUG = False
SECRET_KEY = secret_key()
ALLOWED_HOSTS = hosts()
ROOT_URLCONF = "townops.urls"
WSGI_APPLICATION = "townops.wsgi.application"
APPEND_SLASH = False

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "townops.headers.SecurityHeaders",
    "townops.headers.Compressed",
    "townops.base.speaking.Speaking",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "townops.pages.Sessions",
    "townops.pages.Csrf",
    "townops.pages.Authentication",
    "townops.pages.Messages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "townops.base.speaking.language_of_page",
            ],
        },
    }
]

# A local raster ground for maps: an MBTiles file; without one the ground is plain.
TILES = os.environ.get("TOWNOPS_TILES", "")

STATIC_URL = "/static/"
STATICFILES_DIRS = [SOURCE / "static"]
STATIC_ROOT = PROJECT / "static-collected"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "townops.headers.HashedStatic"},
}

# HTTPS is ended by the office's proxy, which says so in X-Forwarded-Proto: TOWNOPS_HTTPS=1.
HTTPS = os.environ.get("TOWNOPS_HTTPS") == "1"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"  # one web process: its memory may answer
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
# Password rules and the lock after failures are in townops.base.accounts, for every door alike.
LOGIN_URL = "/signin"
LOGIN_REDIRECT_URL = "/"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("TOWNOPS_LOG", "WARNING")},
}
