"""Access: who looks, and how open what they look at is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Visibility = Literal["public", "shared", "internal", "leadership"]
Role = Literal["public", "partner", "staff", "leadership", "admin"]


Right = Literal["look", "deliver", "report", "decide", "manage"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: in which role, and in the service of which municipality.

    Of people the municipality is always told; without one, a viewer in the role of `leadership` is whoever
    runs the workspace at its command line.
    """

    role: Role = "public"
    municipality: str = ""


PUBLIC = Viewer()
KEEPER = Viewer("leadership")  # who runs the workspace: commands, updates, the server itself


@dataclass(frozen=True, slots=True)
class Item:
    """What is looked at: its class, whose it is, and until when only leadership may see it.

    `owner` is the municipality whose own it is, empty for what is everybody's of the class.
    """

    visibility: Visibility = "public"
    owner: str = ""
    opens_at: datetime | None = None
