"""`python -m tests.advisories`: whether a pinned package has a known vulnerability, as pip-audit finds it.

A machine that cannot ask for advisories is told so and passes: what lands must not depend on a service that
is down. `PENTAD_ADVISORIES=required` makes it fail there too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PINS = Path(__file__).parent.parent / "constraints.txt"
PATIENCE = 120


def main() -> int:
    told, text = judged(_asked(), required=os.environ.get("PENTAD_ADVISORIES") == "required")
    sys.stdout.write(f"advisories: {text}\n")
    return 1 if told else 0


def judged(answer: str | None, *, required: bool) -> tuple[bool, str]:
    """Whether the check fails, and the line that says why; `answer` is None where nobody could be asked."""
    try:
        packages: Sequence[Mapping[str, Any]] = list(json.loads(answer or "")["dependencies"])
    except (ValueError, KeyError, TypeError):
        return required, "nobody could be asked, so nothing is known about the pinned packages"
    bad = [
        f"{one['name']} {one['version']} ({known['id']})"
        for one in packages
        for known in one.get("vulns", ())
    ]
    unknown = sum("skip_reason" in one for one in packages)
    if bad:
        return True, f"{len(bad)} known vulnerabilities: {', '.join(bad)}"
    text = f"none known in {len(packages) - unknown} of {len(packages)} pinned packages"
    return required and unknown > 0, text + (f"; {unknown} could not be looked up" if unknown else "")


def _asked() -> str | None:
    asked = ["--requirement", str(PINS), "--no-deps", "--disable-pip", "--format", "json"]
    try:
        told = subprocess.run(  # noqa: S603 - our own interpreter, and words that stand here
            [sys.executable, "-m", "pip_audit", *asked, "--progress-spinner", "off"],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return told.stdout


if __name__ == "__main__":
    sys.exit(main())
