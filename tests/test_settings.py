"""Settings: right with no arguments, and clear about everything that is wrong."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as running
from hypothesis import strategies as st

from adnotice.settings import _TYPES, Settings, SettingsError
from adnotice.vocabulary import Mode
from tests.conftest import SECRET
from tests.support.any_settings import NAMES, SHAPED, TEXTS, VALUES


def problems(**options: object) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.of(**options)
    return caught.value.problems


def test_the_old_consent_names_the_two_that_took_its_place() -> None:
    for make, spelled in (
        (lambda: Settings.of(secret_key=SECRET, consent="required"), "measure_consent and ask_consent"),
        (
            lambda: Settings.from_env({"ADNOTICE_SECRET_KEY": SECRET, "ADNOTICE_CONSENT": "required"}),
            "ADNOTICE_MEASURE_CONSENT and ADNOTICE_ASK_CONSENT",
        ),
    ):
        with pytest.raises(SettingsError) as caught:
            make()
        assert caught.value.problems == [f"{caught.value.problems[0].split()[0]} is no setting any more. Use {spelled}"]


def test_only_the_secret_is_required_and_measuring_is_the_start() -> None:
    settings = Settings.of(secret_key=SECRET)
    assert settings.secret_key == (SECRET,)
    assert settings.mode is Mode.MEASURE
    assert settings.prefix == "/_adnotice"
    assert settings.count.store_url.startswith("sqlite:///")


def test_a_missing_secret_says_how_to_make_one() -> None:
    assert problems() == ["secret_key is required, got an empty list. Make one with: adnotice new-secret"]


@pytest.mark.parametrize("weak", ["short", "a" * 64, "abababab" * 8])
def test_a_weak_secret_is_refused(weak: str) -> None:
    (problem,) = problems(secret_key=weak)
    assert "adnotice new-secret" in problem


def test_a_list_of_secrets_is_taken_and_each_is_looked_at() -> None:
    assert Settings.of(secret_key=[SECRET, SECRET[::-1]]).secret_key == (SECRET, SECRET[::-1])
    (problem,) = problems(secret_key=[SECRET, "short"])
    assert problem.startswith("secret_key number 2 must have at least 32 characters, got 5.")


def test_all_problems_are_told_at_once() -> None:
    told = problems(
        secret_key="short", mode="loud", prefix="adnotice/", not_now_days=0, timezone="Mars/Base", sitename="x"
    )
    assert len(told) == 6
    text = "\n".join(told)
    for part in ("secret_key", "mode", "'loud'", "prefix", "not_now_days", "Mars/Base", "Did you mean site_name?"):
        assert part in text


def test_the_error_shows_every_problem_on_a_line_of_its_own() -> None:
    with pytest.raises(SettingsError, match=r"(?s)can't start.*\n  \* secret_key.*\n  \* prefix"):
        Settings.of(secret_key="short", prefix="x")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("mode", 3),
        ("not_now_days", "soon"),
        ("honour_gpc", "perhaps"),
        ("hosts", "news.example"),
        ("trusted_proxies", [1]),
        ("skip", "not a function"),
        ("site_name", None),
    ],
)
def test_a_wrong_type_names_the_setting_and_what_came(name: str, wrong: object) -> None:
    (problem,) = problems(secret_key=SECRET, **{name: wrong})
    assert problem.startswith(f"{name} must be ")
    assert problem.partition(", got ")[2].startswith(repr(wrong))


def test_a_host_needs_the_name_of_its_site() -> None:
    assert problems(secret_key=SECRET, hosts={"news.example": "news", "blog.example": ""}) == [
        "hosts['blog.example'] must be a name of 1 to 200 characters in one line, without blanks at its ends, got ''. "
        "The default is 'default'"
    ]


def test_the_environment_is_read_with_lists_mappings_numbers_and_truth_values() -> None:
    settings = Settings.from_env(
        {
            "ADNOTICE_SECRET_KEY": f"{SECRET[::-1]}, {SECRET}",
            "ADNOTICE_MODE": "ask",
            "ADNOTICE_HOSTS": '{"news.example": "news"}',
            "ADNOTICE_NOT_NOW_DAYS": "14",
            "ADNOTICE_EXPOSE_VERDICT": "true",
            "ADNOTICE_TRUSTED_PROXIES": "10.0.0.0/8,::1",
            "HOME": "/root",
        }
    )
    assert settings.secret_key == (SECRET[::-1], SECRET)
    assert settings.mode is Mode.ASK
    assert settings.hosts == {"news.example": "news"}
    assert settings.notice.not_now_days == 14
    assert settings.detect.expose_verdict is True
    assert settings.admission.trusted_proxies == ("10.0.0.0/8", "::1")


def test_a_wrong_variable_is_named_as_it_stands_in_the_environment() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"ADNOTICE_SECRET_KEY": SECRET, "ADNOTICE_SITENAME": "x", "ADNOTICE_HOSTS": "{"})
    assert caught.value.problems[0].startswith("ADNOTICE_SITENAME is not a setting. Did you mean ADNOTICE_SITE_NAME?")
    assert caught.value.problems[1] == 'ADNOTICE_HOSTS must be a mapping, such as {"news.example": "news"}, got \'{\''


def test_what_is_wrong_with_a_variable_s_value_names_the_variable() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(
            {
                "ADNOTICE_SECRET_KEY": "short",
                "ADNOTICE_PREFIX": "//evil",
                "ADNOTICE_HOSTS": '{"a": ""}',
                "ADNOTICE_NOT_NOW_DAYS": "0",
            }
        )
    names = [re.split(r"\W", problem)[0] for problem in caught.value.problems]
    assert names == ["ADNOTICE_SECRET_KEY", "ADNOTICE_PREFIX", "ADNOTICE_HOSTS", "ADNOTICE_NOT_NOW_DAYS"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"], ids=["", "with a byte order mark, as Windows writes it"])
def test_a_file_is_read(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "adnotice.toml"
    file.write_text(f'secret_key = "{SECRET}"\nmode = "ask"\n[hosts]\n"news.example" = "news"\n', encoding=encoding)
    settings = Settings.from_file(file)
    assert settings.mode is Mode.ASK
    assert settings.hosts == {"news.example": "news"}


def test_a_file_that_is_not_there_and_how_it_is_made_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"adnotice\.toml is not there\. Make it with adnotice init, or name"):
        Settings.from_file(tmp_path / "adnotice.toml")


def test_a_file_of_another_user_is_named_with_what_mends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(
        SettingsError, match=r"can't be read by the user that this process runs as\. Give it to that user"
    ):
        Settings.from_file(tmp_path / "adnotice.toml")


@pytest.mark.parametrize("content", [b"secret_key = ", b"\xff\xfe"])
def test_a_file_that_can_not_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "adnotice.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"adnotice\.toml must be a TOML file that can be read"):
        Settings.from_file(file)


@pytest.mark.parametrize("service", ["ADNOTICE", "ADNOTICE_WEB", "ADNOTICE_DASHBOARD_2"])
@pytest.mark.parametrize("protocol", ["tcp", "udp", "sctp"])
def test_kubernetes_own_variables_stop_no_start(service: str, protocol: str) -> None:
    """As the kubelet makes them for each service of the namespace, with named ports too (kubelet's envvars.go)."""
    port = f"{service}_PORT_80_{protocol.upper()}"
    environ = {
        f"{service}_SERVICE_HOST": "10.0.0.11",
        f"{service}_SERVICE_PORT": "80",
        f"{service}_SERVICE_PORT_HTTP": "80",
        f"{service}_PORT": f"{protocol}://10.0.0.11:80",
        port: f"{protocol}://10.0.0.11:80",
        f"{port}_PROTO": protocol,
        f"{port}_PORT": "80",
        f"{port}_ADDR": "10.0.0.11",
    }
    assert Settings.from_env({"ADNOTICE_SECRET_KEY": SECRET, **environ}) == Settings.of(secret_key=SECRET)


@pytest.mark.parametrize("name", ["ADNOTICE_PORT", "ADNOTICE_SERVICE", "ADNOTICE_PORT_HTTP_TCP", "ADNOTICE_HOSTNAME"])
def test_what_only_looks_like_a_variable_of_kubernetes_is_still_told(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not a setting"):
        Settings.from_env({"ADNOTICE_SECRET_KEY": SECRET, name: "8000"})


def test_a_missing_secret_is_told_in_one_line() -> None:
    assert problems(secret_key=None) == ["secret_key is required, got None. Make one with: adnotice new-secret"]


@pytest.mark.parametrize(
    ("name", "wrong", "told"),
    [
        ("mode", "loud", "mode must be one of off, measure, ask, got 'loud'"),
        ("measure_consent", "maybe", "measure_consent must be one of not-needed, required, got 'maybe'"),
        ("trusted_proxies", 5, 'trusted_proxies must be a list, such as ["127.0.0.1"], got 5'),
        ("exclude", "/a,/b", 'exclude must be a list, such as ["/account/*", "/checkout/*"], got \'/a,/b\''),
        ("hosts", ["a"], 'hosts must be a mapping, such as {"news.example": "news"}, got [\'a\']'),
        ("pages_cached", "perhaps", "pages_cached must be true or false, or be left out, got 'perhaps'"),
        ("site_name", None, "site_name must be a text, got None. Leave it out for the default"),
        ("body_deadline_seconds", "nan", "body_deadline_seconds must be a finite number, got 'nan'"),
    ],
)
def test_a_message_says_what_was_wrong_what_came_and_what_to_do(name: str, wrong: object, told: str) -> None:
    assert problems(secret_key=SECRET, **{name: wrong}) == [told]


def test_settings_can_not_be_changed_afterwards() -> None:
    with pytest.raises(AttributeError):
        Settings.of(secret_key=SECRET).site_name = "other"  # type: ignore[misc]


WORTH = {
    "secret_key": SECRET,
    "store_url": "postgresql://press:hunter2@db.example:port/news",
    "dashboard_password_hash": "scrypt$hunter2",
    "metrics_token": "hunter2",
}


@pytest.mark.parametrize("name", WORTH)
def test_no_message_shows_a_secret(name: str) -> None:
    for wrong in (WORTH[name], [WORTH[name], 3], WORTH[name] + "\n", {WORTH[name]: 1}):
        told = "\n".join(found({name: wrong}))
        assert "hunter2" not in told
        assert SECRET not in told


# Whatever comes, generated by shape

UNHURRIED = running(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The first store URL of a kind imports its driver."""


def found(options: dict[str, object]) -> list[str]:
    try:
        Settings.of(**{"secret_key": SECRET, **options})
    except SettingsError as error:
        return error.problems
    return []


@UNHURRIED
@given(options=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6))
def test_whatever_comes_the_list_is_all_that_is_wrong_each_in_one_short_line(options: dict[str, object]) -> None:
    together = found(options)
    apart = [problem for name, value in options.items() for problem in found({name: value})]
    pairs = {
        "ad_probe",
        "ad_probe_effect",
        "ad_probe_load",
        "ask_countries",
        "country_header",
        "days_kept_months",
        "mail_from",
        "mail_to",
        "mail_url",
        "months_kept",
    }
    if not pairs & options.keys():  # those are judged by each other
        assert set(together) == set(apart)
    for problem in together:
        assert problem.isprintable(), "a line break would let a value write lines of its own into the log"
        assert len(problem) < 1_500
        assert problem.startswith(tuple(options)), problem


class Spiteful:
    """Raises whatever is asked of it."""

    def __repr__(self) -> str:
        raise RuntimeError

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __str__ = __repr__
    __hash__ = None  # type: ignore[assignment] - nor can it be a key


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("wrong", ["huge", "spiteful", "inside"])
def test_a_value_that_can_not_even_be_shown_is_told_too(name: str, wrong: str) -> None:
    value = {"huge": 10**5000, "spiteful": Spiteful(), "inside": {"a": Spiteful()}}[wrong]
    (problem,) = found({name: value})
    assert problem.startswith(f"{name} must be ")


@UNHURRIED
@given(prefix=TEXTS | SHAPED | st.from_regex(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+", fullmatch=True))
@example("//evil.test")
@example("/..")
@example("/a/../b")
@example("/a?b")
@example("/a#b")
@example("/\\evil.test")
def test_a_prefix_that_is_taken_keeps_the_tag_on_its_own_site(prefix: str) -> None:
    if found({"prefix": prefix}):
        return
    for page in ("https://news.example/", "https://news.example/a/b?c#d"):
        place = urlsplit(urljoin(page, f"{prefix}/client.js"))
        assert (place.netloc, place.path, place.query) == ("news.example", f"{prefix}/client.js", "")


@UNHURRIED
@given(
    address=TEXTS
    | SHAPED
    | st.builds("{}{}{}".format, st.sampled_from(["https://", "//", "/", "/\\", "https:/", "HTTPS://a@"]), TEXTS, TEXTS)
)
@example("https:///x")
@example("https://user:pw@x/")
@example("https://user@x/")
@example("/\\evil.test")
def test_a_link_that_is_taken_leads_to_a_named_host_or_stays_here(address: str) -> None:
    if found({"support_links": {"Help": address}}):
        return
    place = urlsplit(urljoin("https://news.example/story", address))
    assert place.scheme == "https"
    assert place.hostname
    assert place.username is None
    assert place.password is None
    assert address.startswith("/") == (place.netloc == "news.example") or "news.example" in address


@UNHURRIED
@given(
    number=st.floats() | st.integers().map(float),
    name=st.sampled_from([name for name in NAMES if _TYPES[name] is float]),
)
@example(float("nan"), "body_deadline_seconds")
@example(float("inf"), "body_deadline_seconds")
def test_a_number_that_is_taken_is_finite_and_not_negative(number: float, name: str) -> None:
    if not found({name: number}):
        assert 0 <= number <= 1e9


@pytest.mark.parametrize(
    "hash_",
    ["scrypt6384-abc", "scrypt$16384$8$5$", "scrypt", "scrypt6384$8$5$c2FsdA$aGFzaA", "scrypt$$16384$$8$$5$$c2E$$aGE"],
)
def test_a_hash_that_a_shell_has_eaten_of_says_quote_it(hash_: str) -> None:
    (problem,) = problems(secret_key=SECRET, dashboard_password_hash=hash_)
    assert problem.startswith("dashboard_password_hash must be made by: adnotice hash-password.")
    assert "single quotes" in problem


def test_a_network_of_nearly_everyone_is_a_warning_and_no_mistake() -> None:
    for entry in ("0.0.0.0/0", "::/0", "128.0.0.0/1", "2000::/3"):
        (warning,) = Settings.of(secret_key=SECRET, trusted_proxies=[entry]).warnings()
        assert warning.startswith(f"trusted_proxies holds {entry}: ")
    own = ["10.0.0.0/8", "172.16.0.0/12", "fc00::/7", "fe80::/10", "2001:db8::/32", "127.0.0.1"]
    assert list(Settings.of(secret_key=SECRET, trusted_proxies=own).warnings()) == []
