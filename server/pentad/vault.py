"""Secrets that an operation sets on a platform: named in a call, and read here from a folder of the user's.

A model never sees them, neither on their way in nor in what a platform says of them.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

from pentad import credentials
from pentad.call import Call
from pentad.errors import Rejected
from pentad.text import shorten

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}", re.ASCII)
# A shorter one would be found all over an answer that has nothing to do with it.
_SHORTEST = 4


@dataclass(frozen=True)
class Vault:
    """A folder with one file for each secret, or none."""

    folder: Path | None

    async def secret(self, name: str, call: Call) -> str:
        """The secret in the file of that name, which this call tells nobody from now on. Raises Rejected."""
        told = shorten(repr(name), 120)
        if self.folder is None:
            raise _refusal(
                f"The secret {told} cannot be had: secrets are named, not given, and the user has set no "
                "folder for them. PENTAD_SECRETS names one, with a file for each."
            )
        if not _NAME.fullmatch(name):
            raise _refusal(f"{told} is not the name of a secret: it is that of a file in PENTAD_SECRETS.")
        try:
            secret = await asyncio.to_thread(credentials.read, str(self.folder / name))
        except credentials.Unobtained as why:
            raise _refusal(f"The secret {told} of PENTAD_SECRETS {why}.") from None
        if len(secret) < _SHORTEST:
            raise _refusal(f"The secret {told} of PENTAD_SECRETS has fewer than {_SHORTEST} characters.")
        call.hide(secret)
        return secret


def _refusal(sentence: str) -> Rejected:
    return Rejected(sentence, outcome="none")
