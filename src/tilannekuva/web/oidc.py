"""Log-in with the municipality's own accounts: OpenID Connect by code flow, as Entra ID and others speak it.

What is begun is kept here for ten minutes, bound to the browser by a cookie of its own, and can be ended
once. Of the directory's answer only the identity token is read: signed by RS256 with a key that the
configured issuer shows, for us, for this very log-in, not run out. No address of a mail is an identity, and
no token is kept.
"""

import hashlib
import logging
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from tilannekuva.config import Oidc
from tilannekuva.errors import NoAnswer, NotInstalled, Refused

_log = logging.getLogger(__name__)
_LASTS = 600.0  # seconds for somebody to log in at the directory
_ROOM = 1000  # log-ins under way
_PATIENCE = 10.0  # seconds for one answer of the directory
_LEEWAY = 60  # seconds by which its clock may differ
_SCOPE = "openid profile"


@dataclass(frozen=True, slots=True)
class Begun:
    """A log-in under way: for which browser, since when, where to go on, and what the answer must fit."""

    browser: str
    at: datetime
    onward: str
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)
    found: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the directory vouches for: the subject, how they are shown, their roles or groups there."""

    subject: str
    title: str
    roles: tuple[str, ...]
    onward: str


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory of a municipality's accounts; `back` is the address to which it sends people back."""

    settings: Oidc
    secret: str = field(repr=False)
    back: str
    _begun: OrderedDict[str, Begun] = field(default_factory=OrderedDict, repr=False)

    def begin(self, onward: str, now: datetime) -> tuple[str, str]:
        """Begin a log-in; gives the address at the directory, and the secret for the browser's cookie."""
        state, browser, verifier, nonce = (secrets.token_urlsafe(32) for _ in range(4))
        with _asking() as client:
            found = _found(client, self.settings.issuer)
            session = _client(client, self.settings, self.back)
            url, _ = session.create_authorization_url(
                found["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce
            )
        self._begun[state] = Begun(_hash(browser), now, onward, verifier, nonce, found)
        while len(self._begun) > _ROOM:
            self._begun.popitem(last=False)
        return str(url), browser

    def end(self, query: Mapping[str, str], browser: str, now: datetime) -> Vouched:
        """End a log-in with what the directory sent back; raises Refused, NoAnswer."""
        begun = self._begun.pop(query.get("state", ""), None)
        if begun is None or not browser or not secrets.compare_digest(begun.browser, _hash(browser)):
            raise _refused("no log-in was begun by this browser, or it has been ended")
        if (now - begun.at).total_seconds() > _LASTS:
            raise _refused("the log-in took too long")
        if query.get("iss", self.settings.issuer) != self.settings.issuer or not query.get("code"):
            raise _refused(f"the directory says {query.get('error', 'nothing that can be used')[:60]!r}")
        claims = self._claims(begun, query["code"], now)
        who = subject(claims, self.settings.issuer)
        return Vouched(who, _title(claims), self._roles(claims), begun.onward)

    def _claims(self, begun: Begun, code: str, now: datetime) -> Mapping[str, Any]:
        """Give what the directory's token says, once all of it fits; raises Refused."""
        from authlib.oauth2 import OAuth2Error  # type: ignore[import-untyped] # noqa: PLC0415 - the extra `login`

        with _asking() as client:
            try:
                told = _client(client, self.settings, self.back).fetch_token(
                    begun.found["token_endpoint"],
                    code=code,
                    code_verifier=begun.verifier,
                    client_id=self.settings.client_id,
                    client_secret=self.secret,
                    auth=httpx2.Auth(),  # the secret stands in the body
                )
            except (OAuth2Error, ValueError, httpx2.HTTPError) as error:
                raise _refused(f"the directory gave no token ({type(error).__name__})") from None
            keys = _json(client, begun.found["jwks_uri"])
        return fitting(str(told.get("id_token", "")), keys, self.settings, nonce=begun.nonce, now=now)

    def _roles(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        found = claims.get(self.settings.claim, ())
        return tuple(str(one) for one in ([found] if isinstance(found, str) else found))


def fitting(token: str, keys: Any, of: Oidc, *, nonce: str, now: datetime) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    """Give the claims of an identity token that fits in all; raises Refused."""
    from joserfc import jwk, jwt  # noqa: PLC0415 - the extra `login`
    from joserfc.errors import JoseError  # noqa: PLC0415

    asked: dict[str, Any] = {"iss": of.issuer, "aud": of.client_id, "nonce": nonce}
    rules: dict[str, Any] = {name: {"essential": True, "value": value} for name, value in asked.items()}
    rules |= {name: {"essential": True} for name in ("exp", "iat", "sub")}
    try:
        read = jwt.decode(token, jwk.KeySet.import_key_set(keys), algorithms=["RS256"])
        jwt.JWTClaimsRegistry(now=int(now.timestamp()), leeway=_LEEWAY, **rules).validate(read.claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _refused(f"the directory's token does not fit ({type(error).__name__})") from None
    if read.claims.get("azp", of.client_id) != of.client_id:
        raise _refused("the directory's token is another program's")
    return read.claims


def subject(claims: Mapping[str, Any], issuer: str) -> str:
    """Give who somebody is at an issuer: its `sub`; of Entra ID `oid`, the same for all programs."""
    is_entra = claims.get("tid") and f"/{claims['tid']}/" in f"{issuer}/"
    found = claims.get("oid") if is_entra else claims["sub"]
    if not isinstance(found, str) or not found:
        raise _refused("the directory's token names nobody")
    return found


def _title(claims: Mapping[str, Any]) -> str:
    return str(claims.get("name") or claims.get("preferred_username") or "")[:100]


def _refused(why: str) -> Refused:
    """Say that a log-in failed; why stands in the log alone, and holds no secret."""
    _log.warning("a log-in by the directory was refused: %s", why)
    return Refused("the log-in did not succeed; begin it again")


def _hash(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()


def _asking() -> httpx2.Client:
    return httpx2.Client(timeout=_PATIENCE, headers={"Accept": "application/json"})


def _client(client: httpx2.Client, of: Oidc, back: str) -> Any:  # noqa: ANN401 - Authlib has no types
    try:
        from authlib.oauth2.client import (  # type: ignore[import-untyped] # noqa: PLC0415 - the extra
            OAuth2Client,
        )
    except ImportError:
        raise NotInstalled("log-in by a directory", "login") from None
    asked = {"scope": _SCOPE, "redirect_uri": back, "code_challenge_method": "S256"}
    return OAuth2Client(client, of.client_id, **asked)


def _found(client: httpx2.Client, issuer: str) -> Mapping[str, Any]:
    """Give what the issuer tells of itself; raises NoAnswer where it is another, or less safe."""
    found = _json(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    asked = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    schemes = {urlsplit(str(found.get(one))).scheme for one in asked}
    if found.get("issuer") != issuer or schemes != {urlsplit(issuer).scheme}:
        raise NoAnswer("the directory does not tell of itself what the settings say of its issuer")
    return {one: found[one] for one in asked}


def _json(client: httpx2.Client, url: str) -> Any:  # noqa: ANN401 - JSON
    try:
        answer = client.get(url)
        answer.raise_for_status()
        return answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise NoAnswer(f"the directory does not answer ({type(error).__name__})") from None
