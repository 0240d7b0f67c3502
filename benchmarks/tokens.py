"""What a text costs a model, by a real tokenizer, offline."""

from __future__ import annotations

import warnings
from functools import cache
from importlib import import_module
from typing import Protocol


class _Encoding(Protocol):
    def encode_ordinary(self, text: str) -> list[int]: ...


@cache
def _encoding() -> _Encoding:
    """The package has no types, and on Python 3.11 opens its data by a call that warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        encoding: _Encoding = import_module("bpe_openai").get_encoding("o200k_base")
    return encoding


def count(text: str) -> int:
    """Tokens of the o200k encoding."""
    return len(_encoding().encode_ordinary(text))
