"""JSON without loss: numbers keep their spelling (1.10 stays 1.10), integers are exact, output is compact."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from pentad.text import clean_json

# A decimal leaves `json` as a string between NULs, which `clean_json` keeps out of all other text.
_NUMBER = re.compile(r'"\\u0000([^"\\]*)\\u0000"')


def loads(body: bytes | str) -> Any:
    """Decode and clean; decimals arrive as `Decimal`. Raises ValueError on anything that is not JSON."""
    try:
        return clean_json(json.loads(body, parse_float=Decimal, parse_constant=_refuse))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def dumps(value: Any) -> str:
    """Compact JSON text, not escaped beyond need; `Decimal` values come out as the numbers they were."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_number, allow_nan=False)
    return _NUMBER.sub(r"\1", text) if "\\u0000" in text else text


def _number(value: Any) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return f"\0{value}\0"
    raise TypeError(f"{type(value).__name__} is not JSON")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
