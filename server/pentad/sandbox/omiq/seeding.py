"""The seeded datasets and their files."""

from __future__ import annotations

from typing import Any

from pentad.sandbox.dice import Dice
from pentad.sandbox.omiq.access import group_id, user_id
from pentad.sandbox.omiq.panel import CHANNELS
from pentad.sandbox.omiq.records import DataFile, Dataset, Grant

DAY = 86_400.0
FINISHED_OP = 88_201
MAIN_FILES, SMALL_FILES, CONTROL_FILES = 26, 6, 8
_SMALL_PANEL = tuple(one for one in CHANNELS if one.name not in ("APC-A", "BV786-A"))
_SHORT = {4: 1_200, 9: 400, 17: 60}


def dataset_id(dice: Dice, key: str) -> int:
    return dice.number(f"dataset:{key}", 204_000_000_000_000, 204_999_999_999_999)


def file_id(dice: Dice, key: str, index: int) -> int:
    """Even and odd ids alternate: answers about a single file differ by that."""
    start = dice.number(f"files:{key}", 109_500_000_000_000, 109_999_999_000_000) * 2
    return start + 51 * index


def seeded_datasets(dice: Dice, now: float) -> dict[int, Dataset]:
    analyst, colleague, reader = (user_id(dice, key) for key in ("analyst", "colleague", "reader"))
    robot = Grant("EDITOR", user_id(dice, "sync"))
    reading = [Grant("READER", one) for one in (user_id(dice, "archive"), reader)]
    reading.append(Grant("READER", group_id(dice, "Vaccine immunology"), to_group=True))
    owned, foreign = Grant("OWNER", analyst), [Grant("OWNER", colleague), Grant("EDITOR", analyst)]
    described: dict[str, tuple[str, dict[str, str], list[Grant]]] = {
        "small": ("Titration of γδ clones / März, 2nd try", {}, [owned]),
        "main": (
            "VAX-07 boost response, PBMC, 13-colour",
            {"study": "VAX-07", "instrument": "Aurora-2"},
            [owned, *reading],
        ),
        "controls": ("Compensation controls", {"kind": "controls"}, foreign),
    }
    made: dict[int, Dataset] = {}
    for age, (key, (name, tags, grants)) in enumerate(described.items(), 1):
        held = [Grant(one.role, one.holder, one.to_group) for one in (*grants, robot)]
        one = Dataset(dataset_id(dice, key), name, now - age * DAY, tags, held)
        one.transfers = _transfers(dice) if key == "main" else []
        made[one.id] = one
    return made


def _transfers(dice: Dice) -> list[dict[str, Any]]:
    number = dice.number("transfer", 300_000, 399_999)
    return [
        {"id": number, "state": "DONE", "targetTenant": "partnerlab", "startedAt": "2026-02-11T10:00:00Z"}
    ]


def seeded_files(dice: Dice) -> dict[int, DataFile]:
    files = [
        *(_main_file(dice, index) for index in range(MAIN_FILES)),
        *(_small_file(dice, index) for index in range(SMALL_FILES)),
        *(_control(dice, index) for index in range(CONTROL_FILES)),
    ]
    return {file.id: file for file in files}


def _main_file(dice: Dice, index: int) -> DataFile:
    """Six donors, two visits, with and without stimulation; the last two files have not come through."""
    made = file_id(dice, "main", index), dataset_id(dice, "main")
    if index >= 24:
        status = "PROCESSING" if index == 24 else "FAILED"
        late = DataFile(*made, f"VAX07_D107_V{index - 23}_unstim.fcs", {}, status, events=900)
        late.ready = float("inf") if index == 24 else 0.0
        return late
    donor, visit, spiked = f"D{101 + index // 4}", f"V{index // 2 % 2 + 1}", index % 2
    metadata = {
        "Donor": donor,
        "Visit": visit,
        "Stim": "spike pool" if spiked else "none",
        "Batch": "B1" if index < 12 else "B2",
    }
    name = f"VAX07_{donor}_{visit}_{'spike' if spiked else 'unstim'}.fcs"
    file = DataFile(*made, name, metadata, "COMPLETE", CHANNELS, _SHORT.get(index, 3_000))
    file.stimulated = bool(spiked)
    if index == 3:
        file.display = "VAX07 D101/V2, spike (Δ).fcs"
    return file


def _small_file(dice: Dice, index: int) -> DataFile:
    made = file_id(dice, "small", index), dataset_id(dice, "small")
    name = f"Titration_{2**index}x.fcs"
    return DataFile(*made, name, {"Dilution": f"1:{2**index}"}, "COMPLETE", _SMALL_PANEL, 500)


def _control(dice: Dice, index: int) -> DataFile:
    made = file_id(dice, "controls", index), dataset_id(dice, "controls")
    stain = CHANNELS[4 + index].name.removesuffix("-A")
    return DataFile(*made, f"Control_{stain}.fcs", {"Stain": stain}, "COMPLETE", CHANNELS, 800)
