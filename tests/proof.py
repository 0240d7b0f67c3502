"""How hard the property tests look: a little in `make test`, always at the same examples, and long and
freely in `make proof`."""

from __future__ import annotations

import os

from hypothesis import settings

PROOF = bool(os.environ.get("PENTAD_PROOF"))
EXAMPLES = 2000 if PROOF else 50
# Of whole sequences of calls, for each of the two properties of consent; in shares, so that no worker is left
# alone with all of them.
SHARES = range(10 if PROOF else 1)
SEQUENCES = 5_000 if PROOF else 1_000

settings.register_profile("pentad", derandomize=not PROOF, deadline=None, print_blob=PROOF)
settings.load_profile("pentad")
