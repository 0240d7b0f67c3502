"""Access lists as they are changed: read, merged with what is asked for, shown in words, sent back whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from pentad.consent.plans import Preview
from pentad.errors import Malformed, Rejected
from pentad.models import Row, Table
from pentad.platforms.optimibi import Optimibi
from pentad.platforms.optimibi.dialect import entries as entries_of
from pentad.text import all_quoted, quoted, visible_json
from pentad_tools.optimibi.connections.connections import ACCESS
from pentad_tools.optimibi.naming import Several, spelt, unknown
from pentad_tools.optimibi.permissions.recipients import KINDS, Kind, Recipient, directory, split
from pentad_tools.optimibi.replacing import replacing
from pentad_tools.optimibi.server.session import session_info
from pentad_tools.optimibi.slugs import slug

_CODES = {word: int(code) for code, word in ACCESS.items()}
_FULL = max(_CODES.values())
_UNDO = "call this again: grant what stands under `from`, and revoke who had nothing"


def _lower(value: Any) -> Any:
    return value.strip().lower().replace("_", " ") if isinstance(value, str) else value


class Grant(BaseModel):
    """What somebody may do; the kind may be left out where one user, role or type alone has the name."""

    model_config = ConfigDict(extra="forbid")
    recipient: str = Field(min_length=1, max_length=200)
    kind: Annotated[Kind, BeforeValidator(_lower)] | None = None
    permission: Annotated[
        Literal["read", "edit", "delete", "manage permissions", "full control"], BeforeValidator(_lower)
    ]


Grants = Annotated[list[Grant], Field(max_length=100)] | None
Revoked = Several | None


@dataclass(frozen=True)
class Wish:
    """What is to become of lists. `replace` takes out whoever is not granted anything."""

    grant: Sequence[Grant]
    revoke: Sequence[str]
    inherit: bool | None
    replace: bool = False

    @classmethod
    def of(
        cls, grant: Grants, revoke: Revoked, *, inherit: bool | None = None, replace: bool = False
    ) -> Wish:
        """Raises Rejected for one that asks for nothing, or for two things at once."""
        wish = cls(grant or (), revoke or (), inherit, replace)
        if replace and not wish.grant:
            raise _refused("grant", "with replace=true, everybody who is to have access")
        if replace and wish.revoke:
            raise _refused("revoke", "not with replace=true: who is not granted anything is taken out")
        if not wish.grant and not wish.revoke and inherit is None:
            raise _refused("grant", "needed, or `revoke`")
        return wish


@dataclass(frozen=True)
class Change:
    """One list as it is and as it will be. `former` is None where the present one cannot be read."""

    name: str
    former: Mapping[str, Any] | None
    later: Mapping[str, Any]

    @property
    def differs(self) -> bool:
        return self.former != self.later

    @property
    def lists(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        return self.former or {}, self.later


async def read_list(getter: Optimibi, **values: str) -> Mapping[str, Any]:
    """The present list as it was sent, out of a client bound to what reads it."""
    found = await getter.stored(**values)
    if not isinstance(found, Mapping):
        raise Malformed("Optimibi sent an access list in another form than documented.")
    return found


async def wanted(optimibi: Optimibi, wish: Wish, former: Mapping[str, Mapping[str, Any]]) -> list[Change]:
    """What becomes of the lists, by name of what they protect. Raises NotFound for recipients that are not
    there, Rejected for locked entries and where no list would change."""
    given = await _given(optimibi, wish)
    listed = [entry for acl in former.values() for entry in entries(acl)]
    gone = [_listed(listed, text) for text in wish.revoke]
    if both := [str(one) for one in gone if one in given]:
        raise _refused("revoke", *(f"{one} is granted something, too" for one in both))
    changes = [Change(name, acl, _merged(acl, given, gone, wish)) for name, acl in former.items()]
    left = [change for change in changes if change.differs]
    if not left:
        raise Rejected("Nothing would change: what is asked for is stored already.", outcome="none")
    return left


async def unread(optimibi: Optimibi, wish: Wish, owners: Mapping[str, str]) -> list[Change]:
    """Complete lists for what older servers tell no list of, by name with the owner that is sent. Raises
    Rejected unless complete ones are asked for."""
    if not wish.replace:
        raise Rejected(
            "This older server does not tell the present access list, so that nothing can be merged into it; "
            "only a complete list can be written.",
            problems={"replace": ["true, with everybody who is to have access in `grant`"]},
            outcome="none",
        )
    aces = [_entry(*pair) for pair in (await _given(optimibi, wish)).items()]
    common = {"ownerType": 0, "entriesInheriting": False, "aces": aces}
    return [Change(name, None, {"owner": owner, **common}) for name, owner in owners.items()]


async def _given(optimibi: Optimibi, wish: Wish) -> dict[Recipient, int]:
    """Permission codes by recipient, each of whom is there as far as that can be known."""
    if not wish.grant:
        return {}
    known = await directory(optimibi)
    given = {
        known.meant(optimibi, f"grant.{at}.recipient", one.recipient, one.kind): _CODES[one.permission]
        for at, one in enumerate(wish.grant)
    }
    if len(given) < len(wish.grant):
        raise _refused("grant", "somebody is named twice")
    return given


def _refused(argument: str, *why: str) -> Rejected:
    return Rejected("No access list was changed.", problems={argument: why}, outcome="none")


async def planned(optimibi: Optimibi, noun: str, changes: Sequence[Change]) -> Preview:
    """The plan, in words, with what somebody should know before agreeing to it."""
    me = (await session_info(optimibi)).username
    now = {change.name: in_words(change.former or {}) for change in changes}
    then = {change.name: in_words(change.later) for change in changes}
    steps = "; ".join(dict.fromkeys(step for change in changes for step in _steps(change)))
    remarks = list(dict.fromkeys(part for change in changes for part in _remarks(change, me)))
    first, *others = now
    names = f"{noun}{'s' * bool(others)} {all_quoted(now, 200)}"
    return replacing(
        now if others else now[first],
        then if others else then[first],
        will=" ".join([f"Change who may use {names}: {steps}.", *remarks]),
        slug=slug("update-access", first.rpartition("/")[2] if not others else f"of-{len(now)}-{noun}s"),
        undo="not from here: the former list is not known" if changes[0].former is None else _UNDO,
    )


def outcomes(column: str, names: Sequence[str], changes: Sequence[Change], answer: Any) -> Table[Row]:
    """What became of each list of a batch."""
    told = entries_of(answer)
    asked = {change.name for change in changes}
    rows = [
        {column: name, "outcome": (told.get(name) or "done") if name in asked else "unchanged"}
        for name in names
    ]
    return Table(rows, (column, "outcome"), len(rows))


def in_words(acl: Mapping[str, Any]) -> dict[str, Any]:
    """Who may do what, as people read it; nothing of a list that is not known."""
    if not acl:
        return {}
    told = {str(_recipient(one)): ", ".join(levels(one)) for one in entries(acl)}
    words = {"owner": acl.get("owner"), "inherited": acl.get("entriesInheriting"), "entries": told}
    return {name: visible_json(part) for name, part in words.items()}


def entries(acl: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = acl.get("aces")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def levels(entry: Mapping[str, Any]) -> list[str]:
    """Permissions in words; they come as a list of codes, or as a code alone."""
    codes = entry.get("permissions")
    told = codes if isinstance(codes, list) else [] if codes is None else [codes]
    return [ACCESS.get(str(one), str(one)) for one in told]


def kind_of(entry: Mapping[str, Any]) -> Kind | None:
    code = str(entry.get("recipientType"))
    return KINDS[int(code)] if code in ("0", "1", "2") else None


def _recipient(entry: Mapping[str, Any]) -> Recipient:
    return Recipient(str(entry.get("recipient")), kind_of(entry) or KINDS[0])


def _listed(listed: Sequence[Mapping[str, Any]], text: str) -> Recipient:
    """Whom of a list a name means; who is no longer there otherwise may still be in it. Raises NotFound with
    the nearest, and Rejected for a name that several have."""
    word, kind = split(text)
    there = list(dict.fromkeys(_recipient(one) for one in listed))
    meant = spelt(word, {one.name for one in there if kind in (None, one.kind)})
    found = [one for one in there if one.name == meant and kind in (None, one.kind)]
    if not found:
        raise unknown("revoke", "entry", text, map(str, there), " in the access list")
    if len(found) > 1:
        raise _refused("revoke", f"{word!r} may be {' or '.join(map(str, found))}: say which")
    return found[0]


def _entry(recipient: Recipient, code: int) -> dict[str, Any]:
    return {
        "recipient": recipient.name,
        "recipientType": recipient.code,
        "permissions": [code],
        "modifiable": True,
        "tenantPath": None,
    }


def _merged(
    acl: Mapping[str, Any], given: Mapping[Recipient, int], gone: Sequence[Recipient], wish: Wish
) -> dict[str, Any]:
    """The list with the wish fulfilled; everything else stays as it was read."""
    left = dict(given)
    kept: list[Mapping[str, Any]] = []
    for entry in entries(acl):
        who = _recipient(entry)
        code, locked = left.pop(who, None), entry.get("modifiable") is False
        same = code is None or levels(entry) == [ACCESS[str(code)]]
        if locked and (who in gone or not same):
            raise _refused(
                "revoke" if who in gone else "grant", f"the server keeps the entry of {who} as it is"
            )
        if who in gone or (wish.replace and code is None and not locked):
            continue
        kept.append(entry if same else {**entry, "permissions": [code]})
    later = {**acl, "aces": [*kept, *(_entry(who, code) for who, code in left.items())]}
    return later if wish.inherit is None else later | {"entriesInheriting": wish.inherit}


def _steps(change: Change) -> list[str]:
    """What differs, entry by entry."""
    if change.former is None:
        told = [f"{_recipient(one).quoted} {levels(one)[0]}" for one in entries(change.later)]
        return [f"write a list that holds {', '.join(told)}"]
    before = {_recipient(one): levels(one) for one in entries(change.former)}
    after = {_recipient(one): levels(one) for one in entries(change.later)}
    given = [f"give {who.quoted} {', '.join(now)}" for who, now in after.items() if before.get(who) != now]
    taken = [f"take out {who.quoted}" for who in before if who not in after]
    folder = change.later.get("entriesInheriting")
    ways = {True: "let the folder above decide", False: "stop letting the folder above decide"}
    turned = [ways[bool(folder)]] if folder != change.former.get("entriesInheriting") else []
    return [*given, *taken, *turned]


def _remarks(change: Change, me: str | None) -> list[str]:
    owner = quoted(str(change.later.get("owner")))
    if change.former is None:
        return [
            f"The former list is not known and is lost; {owner} is written as the owner. Whoever is not "
            "named loses access, but for administrators."
        ]
    told: list[str] = []
    if _masters(change.former) and not _masters(change.later):
        told.append(f"No entry gives anybody full control then; {owner} owns it, and administrators remain.")
    own = Recipient(me or "", "user")
    before, after = ([one for one in entries(acl) if _recipient(one) == own] for acl in change.lists)
    if before and [levels(one) for one in after] != [levels(one) for one in before]:
        told.append(f"That changes what {quoted(str(me))} may do, the account that Pentad signs in with.")
    if change.later.get("entriesInheriting"):
        told.append("As long as it inherits, the folder above decides, whatever its own entries say.")
    return told


def _masters(acl: Mapping[str, Any]) -> list[Recipient]:
    """Who has full control by an entry that can be changed."""
    free = [one for one in entries(acl) if one.get("modifiable") is not False]
    return [_recipient(one) for one in free if ACCESS[str(_FULL)] in levels(one)]
