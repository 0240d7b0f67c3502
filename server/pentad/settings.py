"""Settings, frozen and read once: environment first, then a TOML file. What is wrong is noted, not raised:
the server starts and lists whatever happens, and `pentad doctor` reads the notes out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from pentad.operations import AnyOperation

PLATFORMS = ("claribi", "optimized", "timbr")
Exposure = Literal["core", "lean", "all"]
EFFECTS = ("destructive", "admin")


@dataclass(frozen=True)
class Account:
    """The values a user gave for one account of a platform, by setting name."""

    platform: str
    values: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    name: str = "default"


@dataclass(frozen=True)
class Settings:
    """`allow` lists effects beyond read and write, `enable` operations that are off by default. `keep` is in
    hours, `quota` in MiB."""

    accounts: Mapping[str, Account] = field(default_factory=dict[str, Account])
    expose: Exposure = "core"
    read_only: bool = False
    structured: bool = False
    sandbox: bool = False
    allow: frozenset[str] = frozenset()
    enable: frozenset[str] = frozenset()
    budget: int = 1500
    downloads: Path = field(default_factory=lambda: Path.home() / "Downloads" / "pentad")
    results: Path = field(default_factory=lambda: cache_folder(os.environ))
    keep: float = 1.0
    quota: int = 1024
    problems: tuple[str, ...] = ()

    def forbids(self, operation: AnyOperation) -> str | None:
        """Why an operation must not run here, naming the setting that would allow it; None if it may."""
        effect, name, off = operation.effect, operation.name, operation.off
        if effect != "read" and self.read_only:
            return "it changes something and this server is read-only"
        why = []
        if off is not None and name not in self.enable:
            why.append(f"it is off by default ({off}); the user can turn it on with PENTAD_ENABLE={name}")
        if effect in EFFECTS and effect not in self.allow:
            why.append(f"it is {effect}; the user can allow that with PENTAD_ALLOW={effect}")
        return " and ".join(why) or None


# Name, what it means and its default, for everything that is not about one platform. The README's table
# is generated from this and from the platforms' own lists.
GENERAL = (
    ("expose", "tools listed: `core`, `lean` (verbs only) or `all`", "core"),
    ("read_only", "`true` hides and refuses everything that changes anything", "false"),
    ("allow", "effects beyond read and write, comma-separated: `destructive`, `admin`", "none"),
    ("enable", "operations that are off by default, comma-separated names", "none"),
    ("budget", "tokens an answer may take, 200 to 6,000", "1500"),
    ("downloads", "folder that files are saved in", "~/Downloads/pentad"),
    ("results", "folder for large results, in one of its own that is removed at the end", "~/.cache/pentad"),
    ("keep", "hours for which a result can be read on, 0.1 to 48", "1"),
    ("quota", "MiB that kept results may take in memory and on disk together", "1024"),
    ("structured", "`true` repeats each answer as structured content", "false"),
)


def load(environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Settings from `PENTAD_*` variables, then the TOML file; keyword values win over both."""
    environ = os.environ if environ is None else environ
    problems: list[str] = []
    table = _file(environ, problems)
    general = {name: _value(name, environ, table) for name, _, _ in GENERAL}
    accounts = {name: account for name in PLATFORMS if (account := _account(name, environ, table))}
    known = {f"PENTAD_{name.upper()}" for name in general} | {"PENTAD_CONFIG"}
    strays = [
        name
        for name in sorted(environ)
        if name.startswith("PENTAD_")
        and name not in known
        and not any(name.startswith(f"PENTAD_{platform.upper()}_") for platform in PLATFORMS)
    ]
    strays += [f"{name!r} in the configuration file" for name in table if name not in (*general, *PLATFORMS)]
    problems += [f"{name} is not a setting" for name in strays]
    read = _general(general, problems) | given
    return replace(Settings(), **read, accounts=accounts, problems=tuple(problems))


def config_path(environ: Mapping[str, str]) -> Path:
    """Where the TOML file is looked for."""
    home = Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return Path(environ.get("PENTAD_CONFIG") or home / "pentad" / "config.toml")


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where large results go unless a setting names another folder."""
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pentad"


def _file(environ: Mapping[str, str], problems: list[str]) -> Mapping[str, Any]:
    path = config_path(environ)
    try:
        text = path.expanduser().read_text("utf-8")
    except FileNotFoundError:
        if environ.get("PENTAD_CONFIG"):
            problems.append(f"the configuration file {path} does not exist")
        return {}
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        problems.append(f"the configuration file {path} cannot be read: {error}")
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        problems.append(f"the configuration file {path} is not valid TOML: {error}")
        return {}


def _value(name: str, environ: Mapping[str, str], table: Mapping[str, Any]) -> str | None:
    """The text of a setting; an empty one counts as not given, as hosts pass on what nobody filled in."""
    value = environ.get(f"PENTAD_{name.upper()}", "").strip() or table.get(name, "")
    return (",".join(map(str, value)) if isinstance(value, list) else str(value).strip()) or None


def _account(platform: str, environ: Mapping[str, str], table: Mapping[str, Any]) -> Account | None:
    """An account exists as soon as one of its settings is there, complete or not."""
    prefix = f"PENTAD_{platform.upper()}_"
    section = table.get(platform)
    values = {name: str(value) for name, value in section.items()} if isinstance(section, dict) else {}
    values |= {
        name[len(prefix) :].lower(): value
        for name, value in environ.items()
        if name.startswith(prefix) and value.strip()
    }
    values = {name: value.strip() for name, value in values.items() if value.strip()}
    return Account(platform, values) if values else None


def _general(given: Mapping[str, str | None], problems: list[str]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, text in given.items():
        if text is None:
            continue
        try:
            read[name] = _READERS[name](text)
        except (ValueError, RuntimeError) as error:
            problems.append(f"PENTAD_{name.upper()}: {error}; the default is used")
    return read


def _flag(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError(f"{text!r} is neither true nor false")


def _names(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _effects(text: str) -> frozenset[str]:
    wrong = sorted(_names(text) - set(EFFECTS))
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not one of {', '.join(EFFECTS)}")
    return _names(text)


def _exposure(text: str) -> str:
    if text not in get_args(Exposure):
        raise ValueError(f"{text!r} is not one of {', '.join(get_args(Exposure))}")
    return text


def _budget(text: str) -> int:
    if not text.isdecimal() or not 200 <= int(text) <= 6000:
        raise ValueError(f"{text!r} is not a number from 200 to 6000")
    return int(text)


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0.1 <= hours <= 48:
        raise ValueError(f"{text!r} is not a number from 0.1 to 48")
    return hours


def _mebibytes(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10**6:
        raise ValueError(f"{text!r} is not a number from 1 to 1000000")
    return int(text)


_READERS: Mapping[str, Any] = {
    "expose": _exposure,
    "read_only": _flag,
    "structured": _flag,
    "allow": _effects,
    "enable": _names,
    "budget": _budget,
    "downloads": lambda text: Path(text).expanduser(),
    "results": lambda text: Path(text).expanduser(),
    "keep": _hours,
    "quota": _mebibytes,
}
