"""Settings, frozen and read once: environment first, then a TOML file. What is wrong is noted, not raised:
the server starts and lists whatever happens, and `pentad doctor` reads the notes out."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pentad import readers
from pentad.consent.audit import state_folder
from pentad.consent.spending import limits
from pentad.options import GENERAL

if TYPE_CHECKING:
    from pentad.operations import AnyOperation

PLATFORMS = ("claribi", "omiq", "optimibi", "optimized", "timbr")
# The name of an account that has none.
DEFAULT = "default"
Exposure = Literal["core", "lean", "all"]
Confirm = Literal["never", "auto", "human"]
Level = Literal["error", "warning", "info", "debug"]
EFFECTS = ("destructive", "admin")
_ACCOUNT = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,28}[a-z0-9])?")


@dataclass(frozen=True)
class Account:
    """The values a user gave for one account of a platform, by setting name. `allow` lists effects beyond
    read and write, in place of those that are allowed in general."""

    platform: str
    values: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    name: str = DEFAULT
    allow: frozenset[str] | None = None

    @property
    def key(self) -> str:
        """What it is called beside those of other platforms: `claribi`, or `claribi/eu`."""
        return self.platform if self.name == DEFAULT else f"{self.platform}/{self.name}"

    @property
    def prefix(self) -> str:
        """What the names of its variables begin with."""
        named = "" if self.name == DEFAULT else f"__{self.name.upper()}_"
        return f"PENTAD_{self.platform.upper()}{named}_"


@dataclass(frozen=True)
class Settings:
    """`accounts` are by their keys. `allow` lists effects beyond read and write, `enable` operations that are
    off by default, `tools` what is listed beside the exposure, `exclude` what does not exist here. `keep` is
    in hours, `quota` in MiB."""

    accounts: Mapping[str, Account] = field(default_factory=dict[str, Account])
    expose: Exposure = "core"
    read_only: bool = False
    structured: bool = False
    sandbox: bool = False
    confirm: Confirm = "auto"
    allow: frozenset[str] = frozenset()
    enable: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    budget: int = 1500
    uploads: tuple[Path, ...] = ()
    secrets: Path | None = None
    downloads: Path = field(default_factory=lambda: Path.home() / "Downloads" / "pentad")
    results: Path = field(default_factory=lambda: cache_folder(os.environ))
    audit: Path | None = None
    spend_limit: Mapping[str, int] = field(default_factory=dict[str, int])
    keep: float = 1.0
    quota: int = 1024
    log: Level = "warning"
    problems: tuple[str, ...] = ()

    @property
    def audit_folder(self) -> Path:
        """Where changes are recorded."""
        return self.audit or state_folder(os.environ)

    def of(self, platform: str) -> dict[str, Account]:
        """The platform's accounts by name, in a stable order."""
        found = [account for account in self.accounts.values() if account.platform == platform]
        return {account.name: account for account in sorted(found, key=lambda account: account.key)}

    def allowed(self, platform: str | None, account: str | None) -> frozenset[str]:
        """The effects beyond read and write that an account may have, or any account if none is named."""
        accounts = self.of(platform) if platform else {}
        asked = [one for name, one in accounts.items() if account in (None, name)]
        own = [self.allow if one.allow is None else one.allow for one in asked]
        return frozenset().union(*own) if own else self.allow

    def forbids(self, operation: AnyOperation, account: str | None = None) -> str | None:
        """Why an operation must not run here, naming the setting that would allow it; None if it may, by one
        account at least if none is named."""
        effect, name, off = operation.effect, operation.name, operation.off
        if matches(name, self.exclude):
            return "it is excluded; the user can change that with PENTAD_EXCLUDE"
        if effect != "read" and self.read_only:
            return "it changes something and this server is read-only"
        why = []
        if off is not None and name not in self.enable:
            why.append(f"it is off by default ({off}); the user can turn it on with PENTAD_ENABLE={name}")
        if effect in EFFECTS and effect not in self.allowed(operation.platform, account):
            why.append(f"it is {effect}; the user can allow that with PENTAD_ALLOW={effect}")
        return " and ".join(why) or None


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether an operation is meant by one of these names or patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def load(environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Settings from `PENTAD_*` variables, then the TOML file; keyword values win over both."""
    environ = os.environ if environ is None else environ
    problems: list[str] = []
    table = _file(environ, problems)
    general = {name: _value(name, environ, table) for name, _, _ in GENERAL}
    accounts = {
        account.key: account for name in PLATFORMS for account in _accounts(name, environ, table, problems)
    }
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


def _accounts(
    platform: str, environ: Mapping[str, str], table: Mapping[str, Any], problems: list[str]
) -> list[Account]:
    """An account exists as soon as one of its settings is there, complete or not."""
    section = table.get(platform)
    given: dict[str, dict[str, str]] = {}
    for name, value in section.items() if isinstance(section, dict) else ():
        own = value if isinstance(value, dict) else {name: value}
        named = given.setdefault(name if isinstance(value, dict) else DEFAULT, {})
        named |= {setting: _words(text) for setting, text in own.items()}
    prefix = f"PENTAD_{platform.upper()}_"
    for variable in sorted(name for name in environ if name.startswith(prefix) and environ[name].strip()):
        account, _, setting = _parted(variable.removeprefix(prefix))
        if setting:
            given.setdefault(account, {})[setting] = environ[variable]
        else:
            problems.append(f"{variable} is not a setting; an account's are {prefix}_NAME__SETTING")
    strange = [name for name in given if name != DEFAULT and not _ACCOUNT.fullmatch(name)]
    problems += [f"{name[:40]!r} cannot be the name of a {platform} account" for name in sorted(strange)]
    stripped = {
        name: {setting: text.strip() for setting, text in values.items() if text.strip()}
        for name, values in given.items()
        if name not in strange
    }
    return [_made(platform, name, values, problems) for name, values in sorted(stripped.items()) if values]


def _made(platform: str, name: str, values: dict[str, str], problems: list[str]) -> Account:
    account = Account(platform, values, name)
    allow = values.pop("allow", None)
    try:
        return account if allow is None else replace(account, allow=readers.some_of(allow, EFFECTS))
    except ValueError as error:
        problems.append(f"{account.prefix}ALLOW: {error}; nothing more is allowed")
        return replace(account, allow=frozenset())


def _words(value: object) -> str:
    """The text of an account's setting; a list is a command, word by word."""
    return shlex.join(map(str, value)) if isinstance(value, list) else str(value)


def _parted(rest: str) -> tuple[str, str, str]:
    """Account and setting of a variable without its prefix: `API_KEY`, or `_EU__API_KEY`."""
    if not rest.startswith("_"):
        return DEFAULT, "", rest.lower()
    return rest[1:].lower().partition("__")


def _general(given: Mapping[str, str | None], problems: list[str]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, text in given.items():
        if text is None:
            continue
        try:
            read[name] = READERS[name](text)
        except (ValueError, RuntimeError) as error:
            instead = "the strictest" if name in _STRICTEST else "the default"
            problems.append(f"PENTAD_{name.upper()}: {error}; {instead} is used")
            read |= {name: _STRICTEST[name]} if name in _STRICTEST else {}
    return read


# Who set one of these wanted a limit, whatever they meant.
_STRICTEST: Mapping[str, Any] = {"read_only": True, "confirm": "human", "spend_limit": limits("0")}
READERS: Mapping[str, Any] = {
    "expose": lambda text: readers.one_of(text, Exposure),
    "read_only": readers.flag,
    "structured": readers.flag,
    "allow": lambda text: readers.some_of(text, EFFECTS),
    "confirm": lambda text: readers.one_of(text, Confirm),
    "enable": readers.names,
    "spend_limit": limits,
    "platforms": lambda text: readers.some_of(text, PLATFORMS),
    "tools": readers.names,
    "exclude": readers.names,
    "budget": lambda text: readers.whole(text, 200, 6000),
    "downloads": lambda text: Path(text).expanduser(),
    "uploads": lambda text: tuple(Path(one).expanduser() for one in sorted(readers.names(text))),
    "secrets": lambda text: Path(text).expanduser(),
    "results": lambda text: Path(text).expanduser(),
    "audit": lambda text: Path(text).expanduser(),
    "keep": readers.hours,
    "quota": lambda text: readers.whole(text, 1, 10**6),
    "log": lambda text: readers.one_of(text, Level),
}
