"""Typesetting: a template and its value become a PDF or an image, by the extra `brief`.

Letters are those of Source Sans Pro from a package, never of the machine: the same brief is the same bytes.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any

from tilannekuva.errors import NotInstalled

_FONT = "font_source_sans_pro"
_PARTS = "parts.typ"  # what all templates may use


def pdf(template: str, value: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Set a template as PDF/UA-1; what has no words for those who do not see it is refused.

    Raises NotInstalled without the extra.
    """
    return _set(template, value, format="pdf", pdf_standards=["ua-1"], timestamp=int(made_at.timestamp()))


def png(template: str, value: Mapping[str, Any], *, ppi: float) -> bytes:
    """Set a template of one page as an image; raises NotInstalled without the extra."""
    return _set(template, value, format="png", ppi=ppi)


def _set(template: str, value: Mapping[str, Any], **form: Any) -> bytes:  # noqa: ANN401 - typst's own
    typst, fonts = typesetter()
    folder = resources.files("tilannekuva.web") / "typst"
    text = b"\n".join((folder / name).read_bytes() for name in (_PARTS, template))
    inputs = {"value": json.dumps(value, ensure_ascii=False)}
    made = typst.compile(text, font_paths=fonts, ignore_system_fonts=True, sys_inputs=inputs, **form)
    return bytes(made[0] if isinstance(made, list) else made)


@lru_cache(maxsize=1)
def typesetter() -> tuple[Any, Any]:
    """Give the typesetter and its letters, read once."""
    try:
        import typst  # noqa: PLC0415 - an extra

        folder = resources.files(_FONT) / "files"
    except ImportError:
        raise NotInstalled("a brief or an image", "brief") from None
    return typst, typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])
