"""How answers are asked for when that takes more than one request, one file a protocol.

Each module has `pages(fetch, url, get)`: it yields the answers that make up one, each got by `get`, which
goes through the guarded transport; the window's days stand in the address already.
"""

from collections.abc import Callable

from tilannekuva.domain.looks import Answer

Get = Callable[..., Answer]  # get(url, body=None): POST when there is a body; raises NoAnswer
