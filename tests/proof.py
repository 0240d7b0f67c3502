"""How thorough property tests are: quick by default, full counts under `make proof`."""

from __future__ import annotations

import os

EXAMPLES = 2000 if os.environ.get("PENTAD_PROOF") else 50
