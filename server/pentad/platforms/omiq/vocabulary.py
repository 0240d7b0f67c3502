"""What people at a cytometer say for the words of OMIQ's operations, for finding these alone."""

from __future__ import annotations

from collections.abc import Mapping

VOCABULARY: Mapping[str, str] = {
    "dataset": "experiment study cytometry",
    "files": "fcs samples tubes donors visits",
    "file": "fcs sample tube acquisition",
    "metadata": "donor visit stim stimulation batch condition unstimulated annotation column",
    "channel": "panel marker markers detector detectors parameter dye fluorochrome channels antibody",
    "population": "cells subset gated filter lymphocytes many count frequency percent percentage parent mfi "
    "median intensity fluorescence statistics compare",
    "populations": "gating hierarchy tree strategy cells subsets",
    "gates": "filters gate gating boundaries positions drawn outlines polygon rectangle quadrant thresholds",
    "workflow": "analysis gating pipeline",
    "workflows": "analyses templates gatings",
    "task": "step scaling cofactor subsampling clustering figure",
    "events": "cells single raw gated filter population",
    "artifact": "figure pdf png plot heatmap statistics output left behind finished task",
    "template": "reuse copy clone",
    "tags": "tag tagged label key value",
    "trash": "bin",
    "access": "permission permissions role roles reader editor rights collaborators",
    "share": "collaborator collaborators colleague invite access permission reader editor role rights",
    "owner": "owns responsible leaving lab",
    "owns": "owner owners responsible",
    "connect": "connection colleague trust friend invitation",
    "groups": "teams labs",
    "group": "team lab",
    "people": "users persons colleagues",
    "installation": "server tenant site instance",
    "preferences": "interface view settings compact",
    "set": "fill enter assign annotate correct",
    "transfers": "copied moved migrated server tenant",
    "token": "whose account login signed",
    "long operation": "background job ticket progress running finished",
}
