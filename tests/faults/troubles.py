"""The faults that are promised for: passing ones, which one request meets, lasting ones, and surroundings."""

from __future__ import annotations

from pentad.sandbox import Fault
from tests.faults.promises import (
    DONE,
    GARBLED,
    LATE,
    LATER,
    LIMITED,
    REFUSED,
    STRANGER,
    UNKNOWN,
    UNREAD,
    Trouble,
    for_all,
    for_changes,
    within,
)

# The call's own time and half a second, which a wait for a turn ends with.
CALL = 45.5
SOON = 20.0
# What one request may take, and the rest of its call.
ONE = 31.0
# An engine says 500 to a bad statement as well, so that of a statement is told at once: `slow` below.
_WELL = for_all(within(SOON, DONE))
_FAILED = for_changes(within(SOON, LATER), within(SOON, LATER), within(1.0, *UNKNOWN))
_CUT = for_changes(within(SOON, GARBLED), within(SOON, GARBLED), within(1.0, UNREAD, DONE))
_PAGE = for_changes(within(SOON, GARBLED), within(SOON, GARBLED), within(1.0, UNREAD))

PASSING = (
    Trouble("429 with Retry-After", _WELL, Fault("status", status=429, headers={"Retry-After": "2"})),
    Trouble("429 without Retry-After", _WELL, Fault("status", status=429)),
    Trouble(
        "500",
        for_changes(
            within(SOON, DONE),
            within(SOON, LATER),
            within(1.0, *UNKNOWN),
            slow=within(SOON, DONE, LATER, REFUSED),
        ),
        Fault("status", status=500),
    ),
    Trouble(
        "503",
        for_changes(within(SOON, DONE), within(SOON, LATER), within(1.0, *UNKNOWN)),
        Fault("status", status=503),
    ),
    Trouble("refused connection", _WELL, Fault("refuse")),
    Trouble(
        "reset mid-body",
        for_changes(within(SOON, DONE), within(SOON, LATE), within(1.0, *UNKNOWN)),
        Fault("reset", after_bytes=10),
    ),
    Trouble(
        "slow first byte",
        for_changes(within(ONE, DONE), within(ONE, LATE), within(ONE, *UNKNOWN)),
        Fault("delay", delay=25.0),
    ),
    Trouble("trickle", for_all(within(ONE, DONE)), Fault("trickle", delay=0.1, after_bytes=512)),
    Trouble(
        "truncated JSON",
        for_changes(within(SOON, DONE), within(SOON, GARBLED), within(1.0, UNREAD, DONE)),
        Fault("truncate_json"),
    ),
    Trouble(
        "HTML instead of JSON",
        for_changes(within(SOON, DONE), within(SOON, GARBLED), within(1.0, UNREAD)),
        Fault("html", status=200),
    ),
    Trouble("wrong content type", _WELL, Fault("wrong_type")),
    Trouble("expired token", _WELL, Fault("expire", sticky=True)),
)
LASTING = (
    Trouble(
        "429 with Retry-After, lasting",
        for_all(within(ONE, LIMITED)),
        Fault("status", status=429, headers={"Retry-After": "2"}),
        lasting=True,
    ),
    Trouble("429, lasting", for_all(within(ONE, LIMITED)), Fault("status", status=429), lasting=True),
    Trouble(
        "500, lasting",
        for_changes(
            within(SOON, LATER), within(SOON, LATER), within(1.0, *UNKNOWN), slow=within(SOON, LATER, REFUSED)
        ),
        Fault("status", status=500),
        lasting=True,
    ),
    Trouble("503, lasting", _FAILED, Fault("status", status=503), lasting=True),
    Trouble("refused connection, lasting", for_all(within(SOON, LATER)), Fault("refuse"), lasting=True),
    Trouble(
        "reset mid-body, lasting",
        for_changes(within(SOON, LATER), within(SOON, LATER), within(1.0, *UNKNOWN)),
        Fault("reset", after_bytes=10),
        lasting=True,
    ),
    Trouble(
        "no first byte, lasting",
        for_changes(
            within(CALL, LATER), within(CALL, LATER), within(ONE, *UNKNOWN), slow=within(CALL, LATE, LATER)
        ),
        Fault("delay", delay=60.0),
        lasting=True,
    ),
    Trouble(
        "endless trickle, lasting",
        for_changes(within(CALL, LATER, LATE, DONE), within(CALL, LATER), within(CALL, *UNKNOWN, DONE)),
        Fault("trickle", delay=5.0, after_bytes=16),
        lasting=True,
    ),
    Trouble("truncated JSON, lasting", _CUT, Fault("truncate_json"), lasting=True),
    Trouble("HTML instead of JSON, lasting", _PAGE, Fault("html", status=200), lasting=True),
    Trouble("wrong content type, lasting", _WELL, Fault("wrong_type"), lasting=True),
    Trouble("revoked token", for_all(within(SOON, STRANGER)), Fault("expire"), lasting=True),
)
SURROUNDINGS = (
    Trouble("platform's clock 10 min ahead", _WELL, ahead=600.0),
    Trouble("platform's clock 10 min behind", _WELL, ahead=-600.0),
    Trouble("full disk", _WELL, full=True),
)
TROUBLES = (*PASSING, *LASTING, *SURROUNDINGS)
