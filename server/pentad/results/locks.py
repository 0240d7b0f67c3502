"""What the worker may use and reach: limits of the process, and a DuckDB closed before SQL arrives."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

# Code, stacks and what libraries reserve without using it; DuckDB's own memory comes on top.
_OVERHEAD = 1024 * 2**20
_FILES = 128
_NICENESS = 5

# Fixed for every connection. Whatever could load code, keep a secret or look into Python is off.
_SETTINGS: Mapping[str, str | int | bool] = {
    "threads": 2,
    "allow_persistent_secrets": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "python_scan_all_frames": False,
    "max_expression_depth": 250,
}


@dataclass(frozen=True)
class Limits:
    """`memory` is DuckDB's, `disk` is for what it spills and for each file; bytes. `seconds` per job."""

    memory: int
    disk: int
    seconds: float


def confine(limits: Limits) -> None:
    """Bound this process by the operating system: a single value can take gigabytes without asking DuckDB's
    own bookkeeping."""
    os.umask(0o077)
    if sys.platform == "win32":
        return
    import resource

    os.nice(_NICENESS)
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_NOFILE, _FILES)
    _bound(resource.RLIMIT_FSIZE, limits.disk)
    _bound(resource.RLIMIT_AS, limits.memory + _OVERHEAD)


def connect(database: str, folder: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """A connection within the limits that can still read files: for loading, and to be locked."""
    import duckdb

    spill = folder / "spill"
    config: dict[str, str | bool | int | float | list[str]] = {
        **_SETTINGS,
        "memory_limit": f"{limits.memory}B",
        "temp_directory": str(spill),
        "max_temp_directory_size": f"{limits.disk}B",
    }
    connection = duckdb.connect(database, config=config)
    # The same instants on every machine; what is divided by zero has no value, instead of failing it all.
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET ieee_floating_point_ops = false; SET error_on_division_by_zero = false")
    return connection


def lock(connection: duckdb.DuckDBPyConnection) -> None:
    """From here on no file is opened that is not open already, and no setting changes. The order matters:
    nothing can be set once the configuration is locked."""
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _bound(kind: int, most: int) -> None:
    """Lower a limit; some systems know a limit without letting it be set."""
    import resource

    try:
        resource.setrlimit(kind, (most, most))
    except (OSError, ValueError):
        return
