"""Settings: what is read, and every reason not to start."""

from __future__ import annotations

import base64

import pytest

from careplan.environment import from_environment, with_file
from careplan.settings import abouts
from careplan.variables import ENVIRONMENTS, Unsafe


def key(first: int) -> str:
    return base64.b64encode(bytes(range(first, first + 32))).decode()


K1, K2, PEPPER = key(0), key(32), key(64)
SAFE = {
    "CAREPLAN_ENV": "production",
    "MASTER_KEYS": f"k1:{K1}",
    "PEPPER": PEPPER,
    "BASE_URL": "https://plan.example.org",
}


def test_it_works():
    settings = from_environment(SAFE)
    assert settings.host == "plan.example.org"
    assert settings.https
    assert not settings.demo
    assert settings.master_keys == {"k1": bytes(range(32))}
    assert settings.master_key_current == "k1"
    assert settings.port == 8000
    assert settings.database_url.startswith("sqlite:///")
    assert settings.brand == "My sickle cell plan"
    assert not settings.trust_proxy


def test_the_staff_door_is_shut_unless_it_is_switched_on():
    said = [SAFE | {"BREAK_GLASS": text} for text in ("", "0", "yes", "true")]
    assert not any(from_environment(one).break_glass for one in (SAFE, *said))
    assert from_environment(SAFE | {"BREAK_GLASS": "1"}).break_glass


def test_unless_said_otherwise_it_is_production():
    unsaid = {name: value for name, value in SAFE.items() if name != "CAREPLAN_ENV"}
    assert from_environment(unsaid).environment == "production"


def test_a_demonstration_needs_no_address():
    settings = from_environment(
        {"CAREPLAN_ENV": "demo", "MASTER_KEYS": f"k1:{K1}", "PEPPER": PEPPER, "DEMO_SECRETS": "1"}
    )
    assert settings.demo
    assert settings.base_url == "http://127.0.0.1:8000"


def test_the_port_is_in_the_address():
    settings = from_environment(SAFE | {"CAREPLAN_ENV": "test", "BASE_URL": "", "PORT": "8123"})
    assert settings.base_url == "http://127.0.0.1:8123"


def test_a_slash_at_the_end_is_dropped():
    assert (
        from_environment(SAFE | {"BASE_URL": "https://a.example/"}).base_url == "https://a.example"
    )


def test_two_keys_and_the_one_in_use():
    settings = from_environment(
        SAFE | {"MASTER_KEYS": f"k1:{K1}, k2:{K2},", "MASTER_KEY_CURRENT": "k2"}
    )
    assert list(settings.master_keys) == ["k1", "k2"]
    assert settings.master_key_current == "k2"


def test_secrets_are_not_shown():
    text = repr(from_environment(SAFE))
    assert "\\x01" not in text
    assert K1 not in text
    assert "pepper" not in text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"CAREPLAN_ENV": "staging"}, "CAREPLAN_ENV is 'staging'"),
        ({"PORT": "web"}, "PORT is 'web'"),
        ({"PORT": "0"}, "PORT is '0'"),
        ({"PORT": "70000"}, "PORT is '70000'"),
        ({"NODES": "0"}, "NODES is '0'"),
        ({"NODES": "many"}, "NODES is 'many'"),
        ({"NODES": "4"}, "OUTAGE_WRONG_ANSWERS is 3 and NODES is 4"),
        ({"OUTAGE_WRONG_ANSWERS": "11"}, "OUTAGE_WRONG_ANSWERS is 11: a link takes at most 10"),
        ({"MASTER_KEYS": ""}, "MASTER_KEYS is not set"),
        ({"MASTER_KEYS": " , "}, "MASTER_KEYS is empty"),
        ({"MASTER_KEYS": K1}, "MASTER_KEYS must look like k1:BASE64"),
        ({"MASTER_KEYS": f":{K1}"}, "MASTER_KEYS must look like k1:BASE64"),
        ({"MASTER_KEYS": f"k1:{K1},k1:{K2}"}, "MASTER_KEYS names k1 twice"),
        ({"MASTER_KEYS": "k1:c2hvcnQ="}, "MASTER_KEYS must be 32 bytes"),
        ({"MASTER_KEYS": "k1:not base64!"}, "MASTER_KEYS must be 32 bytes"),
        ({"MASTER_KEYS": "k1:" + "A" * 43 + "="}, "MASTER_KEYS is not random"),
        ({"MASTER_KEY_CURRENT": "k9"}, "MASTER_KEY_CURRENT names a key"),
        ({"PEPPER": ""}, "PEPPER is not set"),
        ({"PEPPER": "salt"}, "PEPPER must be 32 bytes"),
        ({"PEPPER": "Olúwatóyìn"}, "PEPPER must be 32 bytes"),
        ({"PEPPER": K1}, "PEPPER and MASTER_KEYS must be different"),
        ({"BASE_URL": "plan.example.org"}, "BASE_URL must be a web address"),
        ({"BASE_URL": "https://"}, "BASE_URL must be a web address"),
        ({"BASE_URL": "https://[half"}, "BASE_URL must be a web address"),
        ({"BASE_URL": "https://plan.example.org/#s"}, "BASE_URL must be a web address"),
        ({"BASE_URL": "https://ada@plan.example.org"}, "BASE_URL must be a web address"),
        ({"BASE_URL": "http://plan.example.org"}, "BASE_URL is not https"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG is on"),
        ({"DEMO_SECRETS": "1"}, "These are the demonstration's secrets"),
    ],
)
def test_it_does_not_start(changes, reason):
    with pytest.raises(Unsafe) as refused:
        from_environment(SAFE | changes)
    assert str(refused.value).startswith(reason)
    assert str(refused.value).endswith(".")
    assert K1 not in str(refused.value)


@pytest.mark.parametrize("environment", [one for one in ENVIRONMENTS if one != "production"])
@pytest.mark.parametrize(
    "changes", [{"FLASK_DEBUG": "1"}, {"BASE_URL": "http://localhost:8000"}, {"DEMO_SECRETS": "1"}]
)
def test_what_only_real_people_must_be_kept_from(environment, changes):
    assert from_environment(SAFE | changes | {"CAREPLAN_ENV": environment})


def test_a_file_lies_beneath_what_is_really_set(tmp_path):
    file = tmp_path / ".env"
    file.write_text("# PEPPER=old\nPEPPER=abc=\n\nPORT = 9000\nnonsense\n", "utf-8")
    assert with_file({"PORT": "8000"}, file) == {"PEPPER": "abc=", "PORT": "8000"}
    assert with_file({"PORT": "8000"}, tmp_path / "none") == {"PORT": "8000"}


@pytest.mark.parametrize(
    "given",
    [
        {"MAIL_SERVER": "smtps://mail.example.org"},
        {"NOTIFY_API_KEY": "key"},
        {
            "MAIL_SERVER": "smtps://mail.example.org",
            "MAIL_FROM": "a@example.org",
            "NOTIFY_API_KEY": "key",
            "NOTIFY_TEMPLATE": "template",
        },
    ],
)
def test_half_a_way_to_send_messages_is_refused(given):
    with pytest.raises(Unsafe):
        from_environment(SAFE | given)


@pytest.mark.parametrize("misspelt", ["MASTER_KEY", "SECURITY_CONTACTS", "BREAK_GLAS"])
def test_a_misspelt_name_is_not_silently_no_setting(misspelt):
    with pytest.raises(Unsafe, match=f"{misspelt} is no setting: "):
        from_environment(SAFE | {misspelt: "1"})


def test_other_programs_variables_are_left_alone():
    theirs = {
        "PORTS": "1",
        "TEST_DATABASE_URL": "x",
        "MAIL": "/var/mail",
        "HOME": "/",
        "BRANDS": "x",
    }
    assert from_environment(SAFE | theirs)


def test_set_to_nothing_is_not_set():
    nothing = dict.fromkeys(("CAREPLAN_ENV", "PORT", "BRAND", "DATABASE_URL", "TRUST_PROXY"), "")
    assert from_environment(SAFE | nothing) == from_environment(SAFE)


def test_no_secret_is_shown_whatever_is_added():
    """Each new setting that is declared secret stays out of logs and error pages."""
    secrets = {one for one, about in abouts().items() if about.secret}
    text = repr(from_environment(SAFE))
    assert secrets >= {"master_keys", "pepper", "database_url", "mail_server", "notify_key"}
    assert not [one for one in secrets if f"{one}=" in text]
