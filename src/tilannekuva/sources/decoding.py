"""From bytes to text, for the formats that are text."""

import re

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


def characters(body: bytes, encoding: str = "utf-8") -> str:
    """Give the text of an answer; NotUnderstood when it is empty or of another encoding."""
    try:
        text = body.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise NotUnderstood(f"the answer is not {encoding.upper()} at byte {error.start}{CHANGED}") from None
    if not text.strip():
        raise NotUnderstood(f"the answer is empty{AGAIN}")
    return text


def decoded(body: bytes, form: str, encoding: str = "utf-8") -> str:
    """Give the text of an answer; NotUnderstood when it is empty, of another encoding or a web page."""
    text = characters(body, encoding)
    if text.lstrip().startswith("<"):
        title = _TITLE.search(text)
        said = quoted(" ".join((title[1] if title else text)[:240].split()))
        raise NotUnderstood(f"expected {form.upper()}, got a web page: {said}{AGAIN}")
    return text
