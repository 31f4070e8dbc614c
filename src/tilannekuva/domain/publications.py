"""Publications: which picture or brief was shown, when."""

from datetime import datetime
from typing import NamedTuple

PICTURES = ("page", "publish", "build", "brief", "decision")


class Publication(NamedTuple):
    """A picture or a brief as it was published: `sha256` names what the archive holds of it.

    `kind` is one of PICTURES (by whom a picture was shown), or the form of a brief's file, such as `pdf`;
    `lang` is empty for a picture. `area` and `as_of` are those of the picture.
    """

    published_at: datetime
    picture: str
    area: str
    as_of: datetime
    kind: str
    lang: str
    sha256: str
