"""Settings: right with no arguments, and clear about everything that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from adnotice.events import Mode
from adnotice.settings import Settings, SettingsError
from tests.conftest import SECRET


def problems(**options: object) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.of(**options)
    return caught.value.problems


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
    assert problem.startswith(f"{name}: ")
    assert repr(wrong) in problem


def test_a_host_needs_the_name_of_its_site() -> None:
    assert problems(secret_key=SECRET, hosts={"news.example": "news", "blog.example": ""}) == [
        "hosts must name a site for each host, got none for blog.example"
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
    assert settings.gate.trusted_proxies == ("10.0.0.0/8", "::1")


def test_a_wrong_variable_is_named_as_it_stands_in_the_environment() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"ADNOTICE_SECRET_KEY": SECRET, "ADNOTICE_SITENAME": "x", "ADNOTICE_HOSTS": "{"})
    assert caught.value.problems[0].startswith("ADNOTICE_SITENAME is not a setting. Did you mean ADNOTICE_SITE_NAME?")
    assert caught.value.problems[1].startswith("ADNOTICE_HOSTS: ")


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "adnotice.toml"
    file.write_text(f'secret_key = "{SECRET}"\nmode = "ask"\n[hosts]\n"news.example" = "news"\n', encoding="utf-8")
    settings = Settings.from_file(file)
    assert settings.mode is Mode.ASK
    assert settings.hosts == {"news.example": "news"}


@pytest.mark.parametrize("content", [None, b"secret_key = ", b"\xff\xfe"])
def test_a_file_that_can_not_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "adnotice.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"adnotice\.toml must be a TOML file that can be read"):
        Settings.from_file(file)


def test_settings_can_not_be_changed_afterwards() -> None:
    with pytest.raises(AttributeError):
        Settings.of(secret_key=SECRET).site_name = "other"  # type: ignore[misc]
