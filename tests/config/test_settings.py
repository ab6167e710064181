"""The environment alone sets an installation up: the table is complete, and the checks say what is wrong."""

import os
import re
import subprocess
import sys

import pytest
from django.core.checks import run_checks

from config import checks
from scripts.check import PRODUCTION
from tests.conftest import ROOT


@pytest.fixture
def check_deploy(tmp_path):
    """`manage.py check --deploy` with these variables and no others."""

    def run(variables):
        environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)} | variables
        command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level=WARNING"]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    return run


def test_the_documented_set_is_the_one_that_make_check_checks():
    (example,) = re.findall(r"```sh\n# production\n(.*?)```", operators_page(), re.DOTALL)

    assert re.findall(r"^([A-Z_]+)=", example, re.MULTILINE) == list(PRODUCTION)


def test_unfit_set_is_refused_for_each_reason(check_deploy):
    result = check_deploy({"SECRET_KEY": "x", "DEMO": "1"})

    assert result.returncode == 1
    found = set(re.findall(r"maillage\.\w+", result.stderr))
    assert found == {f"maillage.{one}" for one in ("E002", "E003", "E005", "W001", "W002", "W003")}


def test_key_must_be_given_and_manage_says_so_in_one_sentence(check_deploy):
    result = check_deploy({name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"})

    assert result.returncode == 1
    assert result.stderr == "SECRET_KEY: fifty random characters or more is needed, and it is not set.\n"


@pytest.mark.parametrize(
    "options", [{"isolation_level": 3}, {"options": "-c default_transaction_isolation=serializable"}]
)
def test_isolation_level_is_left_alone(monkeypatch, settings, options):
    database = settings.DATABASES["default"]
    assert checks.isolation(None) == []
    monkeypatch.setitem(database, "OPTIONS", database.get("OPTIONS", {}) | options)
    assert [one.id for one in run_checks(tags=["database"]) if one.id.startswith("maillage")] == ["maillage.E001"]


def test_second_factor_is_there(settings):
    assert checks.second_factor(None) == []
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "volunteers" not in one]
    assert [one.id for one in checks.second_factor(None)] == ["maillage.E004"]


@pytest.mark.parametrize(
    ("name", "wrong", "right", "code"),
    [
        ("ALLOWED_HOSTS", ["*"], ["ville.example"], "E007"),
        ("ALLOWED_HOSTS", ["https://ville.example"], [".ville.example", "127.0.0.1", "[::1]"], "E007"),
        ("ALLOWED_HOSTS", ["ville.example/"], ["localhost"], "E007"),
        ("SECURITY_CONTACT", "securite@ville.example", "mailto:securite@ville.example", "E008"),
        ("SECURITY_CONTACT", "http://ville.example", "https://ville.example/securite", "E008"),
        ("OIDC_SERVER_URL", "http://compte.ville.example", "https://compte.ville.example/realms/ville", "E009"),
        ("OIDC_SERVER_URL", "https://", "", "E009"),
        ("DEFAULT_FROM_EMAIL", "La ville", "La ville <bonjour@ville.example>", "E010"),
        ("ALLAUTH_TRUSTED_CLIENT_IP_HEADER", "X-Real-IP ", "X-Real-IP", "E011"),
        ("ALLAUTH_TRUSTED_CLIENT_IP_HEADER", "X Real IP", None, "E011"),
    ],
)
def test_words_that_lead_nowhere_are_told(settings, name, wrong, right, code):
    setattr(settings, name, right)
    assert checks.words(None) == []
    setattr(settings, name, wrong)

    found = [
        one for one in run_checks(tags=["security"], include_deployment_checks=True) if one.id == f"maillage.{code}"
    ]
    assert [one.msg.split()[0] for one in found] == [name.removeprefix("ALLAUTH_")]


def operators_page():
    return (ROOT / "docs" / "operators.md").read_text()


@pytest.mark.parametrize(
    "option", ["granian.* --log-level warning", "celery --quiet .*worker", "celery --quiet .*beat"]
)
def test_documented_commands_keep_plain_text_out_of_the_logs_as_the_demonstration_s_do(option):
    assert re.search(option, (ROOT / "Procfile").read_text())
    assert re.search(f"`{option}", operators_page())


def test_table_of_variables_is_what_the_settings_read():
    read = re.findall(r"\benv(?:\.\w+)?\(\s*\"([A-Z_]+)\"", (ROOT / "config" / "settings.py").read_text())
    table = re.findall(r"^\| `([A-Z_]+)` \|", operators_page(), re.MULTILINE)

    assert sorted(table) == sorted(set(read))
