"""An operation is one typed function; this module makes it a value that can be found, listed and called.

The signature is the JSON schema, the Python API, the command line and the docs row. What types cannot say
(route, effect, cost, example) stands in the decorator above it, and nowhere else.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, TypedDict, TypeVar, Unpack
from urllib.parse import quote

from pentad.errors import Rejected

if TYPE_CHECKING:
    from pentad.arguments import Arguments

P = ParamSpec("P")
R = TypeVar("R")
Effect = Literal["read", "write", "destructive", "admin"]
_PLACE = re.compile(r"\{(\w+)\}")
# How a decorator marks a core operation, spelt as the formatter spells it.
_CORE = b"core=True"


@dataclass(frozen=True)
class Route:
    """An endpoint: method and path template, the path as the platform's contract writes it."""

    method: str
    template: str

    @classmethod
    def parse(cls, text: str) -> Route:
        method, _, template = text.partition(" ")
        return cls(method, template)

    def fill(self, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The path with its places filled, and the values that had no place.

        Raises Rejected for an id that would change the path instead of filling a place in it.
        """
        rest = dict(values)
        path = _PLACE.sub(lambda place: _segment(place[1], rest.pop(place[1])), self.template)
        return path, rest

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(_PLACE.findall(self.template))


def _segment(name: str, value: object) -> str:
    text = str(value)
    if text.strip(". ") == "" or any(sign in text for sign in "/\\?#"):
        raise Rejected(f"{name}={text[:80]!r} is not an id.", problems={name: ["not an id"]}, outcome="none")
    return quote(text, safe="")


@dataclass(frozen=True, eq=False)
class Operation(Generic[P, R]):
    """One thing a platform can do. Call it like the function it wraps: `await list_reports(client, limit=5)`.

    `cost` is the most that one call takes of what the operation `spends`. `covers` are the operation ids of
    the platform's contract, `budget` the rate limit it draws on, `check`
    how to find out what an unclear write did, `off` why it must be enabled by name before it can be used.
    `retry_safe` is what the contract says of repeating it, where that is not what its effect says.
    `outward` verbs reach platforms although they belong to none. `slow` marks what may take as long as a
    call can last: it is waited for, a wait in vain is not repeated, and the text says what may go on there
    and what to do. `alt` are routes under which other releases of the platform take the same request, in the
    order in which they are tried.
    """

    fn: Callable[P, Awaitable[R]]
    effect: Effect
    route: Route | None = None
    core: bool = False
    reaches: Literal["people", "money", "shared"] | None = None
    spends: Literal["credits", "model"] | None = None
    cost: int = 1
    budget: str = "general"
    check: str = "look on the platform itself"
    off: str | None = None
    slow: str | None = None
    retry_safe: bool | None = None
    outward: bool = False
    alt: tuple[Route, ...] = ()
    covers: tuple[str, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Awaitable[R]:
        first, *rest = args
        fn: Callable[..., Awaitable[R]] = self.fn
        bind = getattr(first, "bound_to", None)
        return fn(bind(self) if bind else first, *rest, **kwargs)

    @cached_property
    def platform(self) -> str | None:
        package, _, rest = self.fn.__module__.partition(".")
        return rest.split(".")[0] if package == "pentad_tools" else None

    @cached_property
    def name(self) -> str:
        return f"{self.platform}_{self.fn.__name__}" if self.platform else self.fn.__name__

    @cached_property
    def description(self) -> str:
        return " ".join(inspect.cleandoc(self.fn.__doc__ or "").split())

    @property
    def endpoint(self) -> Route:
        """The route of an operation that speaks to its platform directly."""
        if self.route is None:
            raise TypeError(f"{self.name} has no route of its own")
        return self.route

    @property
    def repeatable(self) -> bool:
        """Whether a request whose outcome is unclear may be sent again."""
        return self.free if self.retry_safe is None else self.retry_safe

    @property
    def free(self) -> bool:
        """Whether it changes nothing and costs nothing, however often it is done."""
        return self.effect == "read" and self.spends is None

    @cached_property
    def arguments(self) -> Arguments:
        """The arguments as a model; built on first use because that costs a millisecond."""
        from pentad.arguments import Arguments

        return Arguments.of(self)


@dataclass(frozen=True)
class _Marked:
    """What a decorator knows, waiting for its function."""

    settings: Mapping[str, Any]

    def __call__(self, fn: Callable[P, Awaitable[R]]) -> Operation[P, R]:
        settings = dict(self.settings)
        if isinstance(settings.get("route"), str):
            settings["route"] = Route.parse(settings["route"])
            settings["alt"] = tuple(map(Route.parse, settings.get("alt", ())))
            settings.setdefault("covers", (fn.__name__,))
        return Operation(fn, **settings)


class Marks(TypedDict, total=False):
    """What a decorator may say besides effect and route; see `Operation`."""

    core: bool
    reaches: Literal["people", "money", "shared"]
    spends: Literal["credits", "model"]
    cost: int
    budget: str
    check: str
    off: str
    slow: str
    retry_safe: bool
    outward: bool
    alt: tuple[str, ...]
    covers: tuple[str, ...]
    example: Mapping[str, Any]


def reads(route: str | None = None, **marks: Unpack[Marks]) -> _Marked:
    """Mark a function that changes nothing. `route` is the endpoint it is the home of, if it has one."""
    return _Marked({"effect": "read", "route": route, **marks})


def writes(route: str | None = None, **marks: Unpack[Marks]) -> _Marked:
    """Mark a function that creates or changes something."""
    return _Marked({"effect": "write", "route": route, **marks})


def destroys(route: str | None = None, **marks: Unpack[Marks]) -> _Marked:
    """Mark a function that takes something away for good."""
    return _Marked({"effect": "destructive", "route": route, **marks})


def administers(route: str | None = None, **marks: Unpack[Marks]) -> _Marked:
    """Mark a function that changes who may do what."""
    return _Marked({"effect": "admin", "route": route, **marks})


AnyOperation = Operation[..., Any]


def in_module(name: str) -> list[AnyOperation]:
    """The operations a module defines, by name."""
    module = importlib.import_module(name)
    values: Iterable[Any] = vars(module).values()
    own = [value for value in values if isinstance(value, Operation) and value.fn.__module__ == name]
    return sorted(own, key=lambda operation: operation.name)


def _modules(package: str) -> Iterator[tuple[str, Path]]:
    """Every module of a package, and its file."""
    for root in importlib.import_module(package).__path__:
        for file in Path(root).rglob("*.py"):
            inner = file.relative_to(root).with_suffix("").parts
            yield ".".join((package, *inner)).removesuffix(".__init__"), file


@cache
def in_package(name: str) -> tuple[AnyOperation, ...]:
    """The operations of every module of a package, by name."""
    found = (operation for module, _ in _modules(name) for operation in in_module(module))
    return tuple(sorted(found, key=lambda operation: operation.name))


@cache
def core_of(name: str) -> tuple[AnyOperation, ...]:
    """The core operations of a package, by name. Modules whose text marks none are not imported for it."""
    modules = (module for module, file in _modules(name) if _CORE in file.read_bytes())
    found = (operation for module in modules for operation in in_module(module) if operation.core)
    return tuple(sorted(found, key=lambda operation: operation.name))


class Offered(Mapping[str, AnyOperation]):
    """The operations of some packages by name: the core ones at once, which is what a start needs, all of
    them when another one is asked for or they are counted."""

    def __init__(self, packages: Sequence[str]) -> None:
        self._packages = packages

    @cached_property
    def core(self) -> Mapping[str, AnyOperation]:
        return {one.name: one for package in self._packages for one in core_of(package)}

    @cached_property
    def _every(self) -> Mapping[str, AnyOperation]:
        return {one.name: one for package in self._packages for one in in_package(package)}

    def __getitem__(self, name: str) -> AnyOperation:
        return self.core.get(name) or self._every[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._every)

    def __len__(self) -> int:
        return len(self._every)
