"""What a form of ours was filled with."""

from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request

_LARGEST, _FIELDS = 256 * 1024, 500  # bytes and fields of a form
_KIND = "application/x-www-form-urlencoded"


async def filled(request: Request) -> dict[str, list[str]]:
    """Give the values of each field; HTTPException for what is no form of ours, or too large for one."""
    if request.headers.get("content-type", "").partition(";")[0].strip().casefold() != _KIND:
        raise HTTPException(415, f"send the form as {_KIND}")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST:
            raise HTTPException(413, "this form is too large")
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict")
    except ValueError:
        raise HTTPException(400, "this form cannot be read") from None


def one(fields: dict[str, list[str]], name: str) -> str:
    """Give what a field was filled with; empty where it was not."""
    return fields.get(name, [""])[0]
