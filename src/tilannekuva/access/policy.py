"""The rule of who may see what. It is asked in one place: where a viewer's own tables are made."""

from datetime import datetime

from tilannekuva.domain.access import Item, Right, Role, Viewer, Visibility

_ROLES: dict[Visibility, frozenset[Role]] = {
    "public": frozenset({"public", "partner", "staff", "leadership", "admin"}),
    "shared": frozenset({"partner", "staff", "leadership"}),
    "internal": frozenset({"staff", "leadership"}),
    "leadership": frozenset({"leadership"}),
}
_OWN: frozenset[Visibility] = frozenset({"internal", "leadership"})  # no other municipality's

_RIGHTS: dict[Right, frozenset[Role]] = {
    "look": _ROLES["public"],
    "report": frozenset({"staff", "leadership"}),
    "decide": frozenset({"staff", "leadership"}),
    "manage": frozenset({"admin"}),
    "deliver": frozenset(),  # a token of the source alone
}


def may_do(viewer: Viewer, right: Right) -> bool:
    """Whether a viewer's role gives a right."""
    return viewer.role in _RIGHTS[right]


def may_see(viewer: Viewer, item: Item, as_of: datetime) -> bool:
    """Whether a viewer may see an item as it stood at an instant; what no rule allows is refused.

    An administrator manages, and sees no more than everybody by that alone.
    """
    closed = item.opens_at is not None and as_of < item.opens_at
    visibility: Visibility = "leadership" if closed else item.visibility
    if viewer.role not in _ROLES[visibility]:
        return False
    return visibility not in _OWN or not item.owner or viewer.municipality in ("", item.owner)
