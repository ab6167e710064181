"""Settings, read from the environment only. The table of variables is in docs/operators.md.

Without any variable this is a development installation: SQLite, a filesystem broker and a mailbox, all under ``var/``.
"""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where things are ---------------------------------------------------------------------------------------------
VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var")

DEBUG = env.switch("DEBUG", False)
DEMO = env.switch("DEMO", DEBUG)  # shows /mailbox/ and the demonstration accounts
# Only a development server may start without a key.
_key = "fifty random characters or more"
SECRET_KEY = env.text("SECRET_KEY", "development-only-" + "0" * 50) if DEBUG else env.needed("SECRET_KEY", _key)
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
SITE_URL = env.text("SITE_URL", "http://localhost:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS", [])

# --- What it is made of -------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "modeltranslation",
    "cms",
    "ideas",
    "trainings",
    "events.night",
    "events",
    "mail",
    "volunteers",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.locales",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "import_export",
    "django_filters",
    "django_htmx",
    "phonenumber_field",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django.forms",
]

MIDDLEWARE = [
    "config.logs.RequestLog",
    "config.microcache.MicroCache",
    "django.middleware.security.SecurityMiddleware",
    "config.headers.SecurityHeaders",
    "events.middleware.CalendarDoor",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.headers.PublicPolicy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "volunteers.middleware.WayBackMiddleware",
    "volunteers.middleware.DeviceMiddleware",
    "volunteers.middleware.BackOfficeMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cms.context_processors.site",
                "volunteers.context_processors.back_office",
            ],
        },
    }
]
FORM_RENDERER = "config.forms.PageRenderer"

# --- Database -----------------------------------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'maillage.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL lets readers go on while one writes; immediate transactions take the write lock first, so that a reading
    # transaction never fails when it comes to write.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
    }
else:
    # The pool bounds connections whatever the number of server threads; READ COMMITTED is what the seats rely on.
    # What the address itself carries (a socket's folder, sslmode...) is kept.
    DATABASES["default"]["ENGINE"] = "config.postgresql"
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        connect_timeout=3,
        # A server that has vanished without a word is given up after five seconds, not after the system's minutes.
        tcp_user_timeout=5000,
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=2,
        # Django writes joins in a good order, outward from what is asked for: to try all orders of nine tables takes
        # ten times as long as the query itself.
        options="-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=15000"
        " -c join_collapse_limit=4",
        server_side_binding=True,
    )
    # A cursor that outlives its statement needs the same connection again, which somebody else's pooler may not give.
    pool_size = env.number("DATABASE_POOL_SIZE", 8, least=0)
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = not pool_size
    if pool_size:
        DATABASES["default"]["OPTIONS"] |= {
            # Seconds: a request waits for a connection no longer than people do; and a pool that lost its server tries
            # again at once when asked, where its own pauses double up to minutes.
            "pool": {"min_size": 1, "max_size": pool_size, "timeout": 3, "reconnect_timeout": 2},
            # A statement asked for the sixth time is prepared: of use on a connection that is kept, and only there.
            "prepare_threshold": 5,
        }

# --- Cache and queue ----------------------------------------------------------------------------------------------
REDIS_URL = env.redis("REDIS_URL")
if REDIS_URL:
    # Redis may be away: what is cached is made again, and mail waits for the next beat. Nobody waits over a second.
    CACHES: dict[str, dict[str, object]] = {
        "default": {
            "BACKEND": "config.caches.SoftRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {
                "IGNORE_EXCEPTIONS": True,
                "SOCKET_CONNECT_TIMEOUT": 1,  # seconds
                "SOCKET_TIMEOUT": 1,
            },
        }
    }
    DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True
    CELERY_BROKER_URL = REDIS_URL
    # Whoever asks for a code while Redis is away does not wait for it: beat asks the worker again in seconds.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"socket_connect_timeout": 1, "max_retries": 0}
else:
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": VAR_DIR / "cache"}
    }
    CELERY_BROKER_URL = "filesystem://localhost"  # without a host kombu warns at each message that it supposes this one
    CELERY_BROKER_TRANSPORT = "config.broker:Transport"
    _queue = VAR_DIR / "broker"
    for _name in ("queue", "control"):
        (_queue / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "queue"),
        "data_folder_out": str(_queue / "queue"),
        "control_folder": str(_queue / "control"),
    }
# What changes rarely and every page needs (menus, names of networks...), in each process's own memory. Together with
# the third of a second of whole pages (config/microcache.py), nothing public is more than a second old.
KEPT_SECONDS = 0.6
CACHES["process"] = {"BACKEND": "config.caches.ProcessMemory", "LOCATION": "process"}
CELERY_TASK_IGNORE_RESULT = True
# Nothing is done again because a broker says so: the database tells what is left to do, and beat asks. An answer still
# owed to a broker that went away ends Celery 5.7.0's worker when it is back.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_CONSUMER = "config.consumer:PatientConsumer"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"  # beat counts in UTC, so that a change of clocks neither skips nor repeats a job
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "volunteers-erase": {"task": "volunteers.tasks.erase_unproved", "schedule": 3600.0, "options": {"expires": 3600}},
    "volunteers-imports": {"task": "volunteers.tasks.sweep_imports", "schedule": 60.0, "options": {"expires": 60}},
    "volunteers-idle": {"task": "volunteers.tasks.erase_idle", "schedule": 24 * 60 * 60.0},
    "mail-idle": {"task": "mail.tasks.warn_idle", "schedule": 24 * 60 * 60.0},
    "mail-deliver": {"task": "mail.tasks.deliver", "schedule": 5.0, "options": {"expires": 5}},
    "mail-forget": {"task": "mail.tasks.forget", "schedule": 24 * 60 * 60.0},
    "ideas-votes": {"task": "ideas.tasks.close_votes", "schedule": 60.0, "options": {"expires": 60}},
    "ideas-remind": {"task": "ideas.tasks.remind", "schedule": 24 * 60 * 60.0},
    "events-remind": {"task": "events.tasks.remind", "schedule": 300.0, "options": {"expires": 300}},
    "trainings-evaluate": {"task": "trainings.tasks.evaluate", "schedule": 3600.0, "options": {"expires": 3600}},
    "events-expire": {"task": "events.tasks.expire_due", "schedule": 20.0, "options": {"expires": 20}},
    "events-forget": {"task": "events.tasks.forget_walk_ins", "schedule": 24 * 60 * 60.0},
    "night-rosters": {"task": "events.night.tasks.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "night-cards": {"task": "events.night.tasks.sweep_cards", "schedule": 60.0, "options": {"expires": 60}},
    "night-forget": {"task": "events.night.tasks.forget", "schedule": 24 * 60 * 60.0},
}

# --- Mail ---------------------------------------------------------------------------------------------------------
# Development writes each message as a file that /mailbox/ shows; production gives smtp://user:password@host:port
EMAIL_BACKEND = "mail.mailbox.MailboxBackend"
vars().update(env.relay("EMAIL_URL"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Maillage <bonjour@maillage.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Languages, time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "fr"
MODELTRANSLATION_LANGUAGES = ("fr", "en")
MODELTRANSLATION_FALLBACK_LANGUAGES = ("fr", "en")
TIME_ZONE = env.time_zone("CITY_TIME_ZONE", "Europe/Paris")
USE_I18N = True
WAGTAIL_I18N_ENABLED = True
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = env.country("PHONE_REGION", "FR")

# --- Accounts -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "volunteers.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "events:space"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "mail.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "volunteers.forms.PasswordSignInForm",
    "request_login_code": "volunteers.forms.CodeRequestForm",
    "confirm_login_code": "volunteers.forms.CodeForm",
    "confirm_password_reset_code": "volunteers.forms.CodeForm",
    "confirm_email_verification_code": "volunteers.forms.EmailCodeForm",
    "add_email": "volunteers.account_forms.NewAddressForm",
    "change_password": "volunteers.account_forms.ChangeForm",
    "set_password": "volunteers.account_forms.FirstForm",
    "reset_password": "volunteers.account_forms.ForgottenForm",
    "reset_password_from_key": "volunteers.account_forms.AfterCodeForm",
    "reauthenticate": "volunteers.account_forms.AgainForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_CHANGE_EMAIL = True  # one address, which another replaces once its code has come back
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
# Seconds: mail may be slow. The same for every code.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_LOGIN_TIMEOUT = 15 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}  # 1234-5678, typed with or without dash
ACCOUNT_PREVENT_ENUMERATION = True
# Known and unknown addresses are answered after the same time (seconds), whatever the work behind.
SIGN_IN_SECONDS = env.number("SIGN_IN_SECONDS", 0.4, least=0)
# One address is guarded closely; one network (a town hall's Wi-Fi, a mobile carrier) may be 300 people in ten minutes.
ACCOUNT_RATE_LIMITS = {
    "signup": "300/10m/ip",
    "login": "600/10m/ip",
    "login_failed": "300/10m/ip,5/5m/key",
    "request_login_code": "300/10m/ip,3/m/key,20/h/key",
    "reset_password": "300/10m/ip,3/m/key,20/h/key",
    "reset_password_from_key": "300/10m/ip",
    "confirm_email": "3/m/key,20/h/key",
    "partner_link": "300/10m/ip,3/m/key,20/h/key",
    # One person writes no more than this under ideas.
    "propose_idea": "20/h/user",
    "comment_idea": "20/h/user",
    "report_idea": "20/h/user",
    "alike_ideas": "600/10m/ip",
}
# Where the client's network address comes from: by default the connection itself. Behind proxies, how many of them
# add to X-Forwarded-For, or the one header that a trusted proxy always sets.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0, least=0)
ALLAUTH_TRUSTED_CLIENT_IP_HEADER = env.text("TRUSTED_CLIENT_IP_HEADER") or None

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie but session and CSRF

MFA_ADAPTER = "volunteers.adapters.MFAAdapter"
MFA_FORMS = {
    "authenticate": "volunteers.forms.FactorForm",
    "reauthenticate": "volunteers.forms.FactorAgainForm",
    "activate_totp": "volunteers.forms.NewAppForm",
    "add_webauthn": "volunteers.forms.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Maillage"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # http://localhost is where development happens

# The city's own account, by OpenID Connect; nothing of it is shown unless these are given.
OIDC_SERVER_URL = env.text("OIDC_SERVER_URL")
OIDC_NAME = env.text("OIDC_NAME", "OpenID Connect")
SOCIALACCOUNT_ADAPTER = "volunteers.adapters.SocialAccountAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "city",
                "name": OIDC_NAME,
                "client_id": env.text("OIDC_CLIENT_ID"),
                "secret": env.text("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# --- Static files and uploads -------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # What no address leads to, such as lists sent in for import.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "private", "base_url": None},
    },
    "staticfiles": {"BACKEND": "config.storage.StaticFiles"},
}

# --- Wagtail ------------------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Maillage"
WAGTAILIMAGES_IMAGE_MODEL = "cms.Picture"
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.picture_forms.PictureForm"
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 50_000_000  # more than cameras make; decoded, each takes four bytes of memory
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES  # what editors may prefer; else their account's, see BackOfficeMiddleware
WAGTAILDOCS_EXTENSIONS = ["pdf", "odt", "ods", "odp", "docx", "xlsx", "pptx", "csv", "txt"]
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp", "avif"]  # no SVG: it may carry script
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # no request to any other origin, from the administration neither
WAGTAIL_ENABLE_UPDATE_CHECK = WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False

# --- Security -----------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/cms/", "/admin/"),
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
X_FRAME_OPTIONS = "DENY"  # but for the administrations, see config/headers.py
SECURITY_CONTACT = env.text("SECURITY_CONTACT")  # for /.well-known/security.txt: mailto:... or https://...
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "config.errors.form_too_old"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60  # seconds
if not DEBUG:
    SECURE_SSL_REDIRECT = env.switch("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 31_536_000, least=0)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
    if env.switch("TRUST_PROXY", False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


# --- Seats --------------------------------------------------------------------------------------------------------
HOLD_MINUTES = env.number("HOLD_MINUTES", 15, least=1)  # a seat kept while the code travels
OFFER_HOURS = env.number("OFFER_HOURS", 24, least=1)  # a promoted person's time to confirm

# --- Maps ---------------------------------------------------------------------------------------------------------
# Pictures of the ground beneath the organisers' maps; without an address no page asks anything of another server.
MAP_TILES = env.tiles("MAP_TILES")
MAP_TILES_CREDIT = env.text("MAP_TILES_CREDIT")

# --- Accounts -----------------------------------------------------------------------------------------------------
IDLE_MONTHS = env.number("IDLE_MONTHS", 24, least=1)  # an account that nobody has used for so long is erased

# --- Logs ---------------------------------------------------------------------------------------------------------
# One line for each event, on the standard error; config/logs.py says what is left out.
LOG_FORMAT = env.one_of("LOG_FORMAT", "plain" if DEBUG else "json", ("json", "plain"))
_levels = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOG_LEVEL = env.one_of("LOG_LEVEL", "WARNING" if DEBUG or DEMO else "INFO", _levels)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"paths": {"()": "config.logs.HidePaths"}},
    "formatters": {
        "json": {"()": "config.logs.Formatter"},
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["paths"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Django would add its own handlers, and write to administrators by mail.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},  # what was refused is told by the request's own line
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
    },
}
