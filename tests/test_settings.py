"""Settings: environment before file, every fault noted, none of them fatal, no secret in sight."""

from __future__ import annotations

from pathlib import Path

import pytest

from pentad.options import GENERAL
from pentad.platforms import load as load_platform
from pentad.settings import Account, Settings, cache_folder, config_path, load


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(file: Path, text: str | None = None, **environ: str) -> Settings:
    """Settings from this file and `PENTAD_*` variables of these names."""
    if text is not None:
        file.write_text(text, "utf-8")
    variables = {f"PENTAD_{name.upper()}": value for name, value in environ.items()}
    return load({"XDG_CONFIG_HOME": str(file.parent / "none"), "PENTAD_CONFIG": str(file), **variables})


def test_nothing_given_is_all_defaults(tmp_path: Path) -> None:
    assert load({"XDG_CONFIG_HOME": str(tmp_path), "HOME": "/", "PATH": "/"}) == Settings()


def test_the_process_environment_is_read_where_none_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("PENTAD_BUDGET", "300")
    assert load().budget == 300


def test_the_environment_wins_over_the_file(file: Path) -> None:
    text = 'budget = 700\nexpose = "lean"\n[claribi]\napi_key = "file"\nurl = "https://a.test"'
    settings = read(file, text, budget="800", claribi_api_key=" env ")
    assert settings.budget == 800
    assert settings.expose == "lean"
    assert settings.accounts["claribi"].values == {"api_key": "env", "url": "https://a.test"}
    assert settings.problems == ()


def test_where_how_long_and_how_much_is_kept_can_be_set(file: Path) -> None:
    settings = read(file, "keep = 0.5\nquota = 64", results="~/kept", keep="48")
    assert (settings.keep, settings.quota) == (48.0, 64)
    assert settings.results == Path.home() / "kept"
    assert settings.problems == ()


def test_results_go_to_the_cache_of_the_user() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "/c"}) == Path("/c/pentad")
    assert cache_folder({"XDG_CACHE_HOME": ""}) == Path.home() / ".cache" / "pentad"


def test_an_empty_variable_is_as_good_as_none(file: Path) -> None:
    text = 'budget = 700\n[claribi]\napi_key = "file"'
    settings = read(file, text, budget="", downloads="  ", claribi_api_key="", optimized_token=" ")
    assert settings.budget == 700
    assert settings.downloads == Settings().downloads
    assert settings.accounts == {"claribi": Account("claribi", {"api_key": "file"})}
    assert settings.problems == ()


def test_given_values_win_over_both(file: Path) -> None:
    file.write_text("budget = 700", "utf-8")
    environ = {"PENTAD_CONFIG": str(file), "PENTAD_EXPOSE": "lean"}
    settings = load(environ, budget=900, expose="all", sandbox=True)
    assert (settings.budget, settings.expose, settings.sandbox) == (900, "all", True)


def test_lists_and_flags_are_written_either_way(file: Path) -> None:
    lists = 'allow = ["destructive", "admin"]\nenable = ["a_b", "c_d"]\nread_only = true\nstructured = false'
    settings = read(file, lists)
    assert settings.allow == {"destructive", "admin"}
    assert settings.enable == {"a_b", "c_d"}
    assert settings.read_only
    assert not settings.structured
    settings = read(file, "allow = []", enable="a_b, c_d,", read_only="off", structured="Yes")
    assert settings.allow == frozenset()
    assert settings.enable == {"a_b", "c_d"}
    assert not settings.read_only
    assert settings.structured


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("expose", "everything", "'everything' is not one of core, lean, all"),
        ("structured", "2", "'2' is neither true nor false"),
        ("allow", "write", "'write' is not one of destructive, admin"),
        ("budget", "199", "'199' is not a number from 200 to 6000"),
        ("budget", "6001", "'6001' is not a number from 200 to 6000"),
        ("budget", "-300", "'-300' is not a number from 200 to 6000"),
        ("budget", "9" * 5000, "is not a number from 200 to 6000"),
        ("downloads", "~nobody-by-this-name/x", "home directory"),
        ("results", "~nobody-by-this-name/x", "home directory"),
        ("keep", "0", "'0' is not a number from 0.1 to 48"),
        ("keep", "nan", "'nan' is not a number from 0.1 to 48"),
        ("keep", "an hour", "'an hour' is not a number from 0.1 to 48"),
        ("quota", "0", "'0' is not a number from 1 to 1000000"),
        ("quota", "1.5", "'1.5' is not a number from 1 to 1000000"),
    ],
)
def test_a_bad_value_is_noted_and_the_default_used(file: Path, name: str, value: str, says: str) -> None:
    settings = read(file, "", **{name: value})
    assert getattr(settings, name) == getattr(Settings(), name)
    (problem,) = settings.problems
    assert problem.startswith(f"PENTAD_{name.upper()}: ")
    assert problem.endswith("; the default is used")
    assert says in problem


@pytest.mark.parametrize(
    ("name", "value", "used"),
    [
        ("read_only", "maybe", True),
        ("confirm", "sometimes", "human"),
        ("spend_limit", "a few", {"credits": 0, "model": 0}),
    ],
)
def test_a_limit_that_cannot_be_read_is_the_strictest(
    file: Path, name: str, value: str, used: object
) -> None:
    settings = read(file, "", **{name: value})
    assert getattr(settings, name) == used
    (problem,) = settings.problems
    assert problem.endswith("; the strictest is used")


def test_effects_can_be_allowed_to_one_account(file: Path) -> None:
    settings = read(file, '[claribi.lab]\nallow = "destructive"\napi_key = "x"', claribi_allow="all")
    assert settings.accounts["claribi/lab"] == Account(
        "claribi", {"api_key": "x"}, "lab", frozenset({"destructive"})
    )
    assert settings.accounts["claribi"].allow == frozenset()
    assert settings.problems == (
        "PENTAD_CLARIBI_ALLOW: 'all' is not one of destructive, admin; nothing more is allowed",
    )
    assert settings.allowed("claribi", "lab") == {"destructive"}
    assert settings.allowed("claribi", None) == {"destructive"}
    assert settings.allowed("claribi", "default") == frozenset()


def test_every_fault_is_noted(file: Path) -> None:
    settings = read(file, 'expose = 3\nbudgets = 4\n[timbre]\nx = "y"', budget="x", budgte="9", red_only="1")
    assert settings.problems == (
        "PENTAD_BUDGTE is not a setting",
        "PENTAD_RED_ONLY is not a setting",
        "'budgets' in the configuration file is not a setting",
        "'timbre' in the configuration file is not a setting",
        "PENTAD_EXPOSE: '3' is not one of core, lean, all; the default is used",
        "PENTAD_BUDGET: 'x' is not a number from 200 to 6000; the default is used",
    )


def test_an_account_exists_as_soon_as_one_value_is_there(file: Path) -> None:
    assert read(file, "").accounts == {}
    settings = read(file, '[optimized]\ntoken = "  "\nversion = 2', claribi_tenant="acme")
    assert settings.accounts == {
        "claribi": Account("claribi", {"tenant": "acme"}),
        "optimized": Account("optimized", {"version": "2"}),
    }
    assert read(file, 'claribi = "not a table"').accounts == {}


def test_several_accounts_of_a_platform_have_names(file: Path) -> None:
    text = '[claribi]\napi_key = "one"\n[claribi.eu]\napi_key = "two"\nslash = true\n[timbr.lab-2]\nurl = "https://t.test"'
    settings = read(file, text, claribi__eu__api_key="env", claribi__us_west__api_key=" three ")
    assert settings.problems == ()
    assert settings.accounts == {
        "claribi": Account("claribi", {"api_key": "one"}),
        "claribi/eu": Account("claribi", {"api_key": "env", "slash": "True"}, "eu"),
        "claribi/us_west": Account("claribi", {"api_key": "three"}, "us_west"),
        "timbr/lab-2": Account("timbr", {"url": "https://t.test"}, "lab-2"),
    }
    assert list(settings.of("claribi")) == ["default", "eu", "us_west"]
    assert settings.of("optimized") == {}


def test_a_problem_of_a_named_account_names_its_own_variables(file: Path) -> None:
    settings = read(file, "", claribi__eu__api_key="short", claribi__eu__colour="red")
    assert load_platform("claribi").problems(settings.accounts["claribi/eu"]) == [
        "PENTAD_CLARIBI__EU__COLOUR is not a setting",
        "PENTAD_CLARIBI__EU__API_KEY does not begin with claribi_",
    ]


def test_a_name_that_no_account_can_have_is_noted(file: Path) -> None:
    settings = read(file, '[claribi."E U"]\napi_key = "one"', claribi__api_key="x")
    assert settings.accounts == {}
    assert settings.problems == (
        "PENTAD_CLARIBI__API_KEY is not a setting; an account's are PENTAD_CLARIBI__NAME__SETTING",
        "'E U' cannot be the name of a claribi account",
    )


def test_exposure_can_be_narrowed_and_widened(file: Path) -> None:
    settings = read(file, 'tools = ["timbr_*"]', platforms="timbr, claribi", exclude="apply_plan")
    assert settings.tools == {"timbr_*"}
    assert settings.platforms == {"timbr", "claribi"}
    assert settings.exclude == {"apply_plan"}
    assert read(file, "", platforms="oracle").problems == (
        "PENTAD_PLATFORMS: 'oracle' is not one of claribi, omiq, optimibi, optimized, timbr; "
        "the default is used",
    )


def test_a_missing_file_is_noted_only_where_it_was_asked_for(file: Path) -> None:
    assert read(file).problems == (f"the configuration file {file} does not exist",)
    assert load({"XDG_CONFIG_HOME": str(file.parent)}).problems == ()
    assert load({"XDG_CONFIG_HOME": str(file.parent), "PENTAD_CONFIG": ""}).problems == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"budget = ", "is not valid TOML"),
        (b"\xff\xfe", "cannot be read"),
        (b"a = " + b"[" * 100_000, "is not valid TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_noted(file: Path, content: bytes, says: str) -> None:
    file.write_bytes(content)
    settings = read(file, budget="300")
    assert settings.budget == 300
    (problem,) = settings.problems
    assert f"the configuration file {file} {says}" in problem


def test_a_folder_in_place_of_the_file_is_noted(tmp_path: Path) -> None:
    (problem,) = load({"PENTAD_CONFIG": str(tmp_path)}).problems
    assert "cannot be read" in problem


def test_a_home_that_does_not_exist_is_noted() -> None:
    (problem,) = load({"PENTAD_CONFIG": "~nobody-by-this-name/config.toml"}).problems
    assert "cannot be read" in problem


def test_a_faulty_file_does_not_tell_its_secrets(file: Path) -> None:
    assert "hunter2" not in repr(read(file, '[claribi]\napi_key = "hunter2'))


def test_no_secret_is_in_the_representation(file: Path) -> None:
    settings = read(file, '[optimized]\ntoken = "hunter3"', claribi_api_key="hunter2")
    assert "hunter" not in repr(settings)
    assert "hunter" not in f"{settings.accounts}"


def test_the_file_is_looked_for_where_configuration_lives(tmp_path: Path) -> None:
    assert config_path({"XDG_CONFIG_HOME": str(tmp_path)}) == tmp_path / "pentad" / "config.toml"
    assert config_path({}) == Path.home() / ".config" / "pentad" / "config.toml"
    assert config_path({"PENTAD_CONFIG": "x.toml"}) == Path("x.toml")


def test_a_tilde_is_the_home_folder(file: Path) -> None:
    assert read(file, 'downloads = "~/here"').downloads == Path.home() / "here"


def test_every_general_setting_is_one() -> None:
    assert all(hasattr(Settings(), name) for name, _, _ in GENERAL)
