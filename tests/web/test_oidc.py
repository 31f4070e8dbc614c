"""Log-in with the municipality's own accounts, against a real provider on loopback, and attacks on it."""

import base64
import json
import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwk, jwt
from visiting import Visitor

from tilannekuva.config import Granted, Oidc
from tilannekuva.errors import NoAnswer, Refused
from tilannekuva.flows.entrance import CONSOLE, Entrance
from tilannekuva.flows.office import Office
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web import server
from tilannekuva.web.oidc import Directory, subject

with warnings.catch_warnings(record=True):  # the provider leans on a part of Authlib that goes away
    import flask
    import oidc_provider_mock
    from oidc_provider_mock import _server, _storage

SECRET = "Kq7-x2Zr9_vT4mLw8pYc"  # noqa: S105 - of nothing
CLIENT = "tilannekuva-client"
Claims = dict[str, Any]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Provider:
    """A provider whose next token can be another: `alter` gives a token of its claims, and of its key."""

    def __init__(self) -> None:
        self.alter: Callable[[Claims, Any], str] | None = None
        self.asked: list[dict[str, str]] = []
        self.app = oidc_provider_mock.app(require_nonce=True)
        self.app.after_request(self._altered)
        self.issuer = ""

    def _altered(self, answer: flask.Response) -> flask.Response:
        if flask.request.path == "/oauth2/token":
            self.asked.append(flask.request.form.to_dict())
            if self.alter and answer.status_code == 200:
                told, key = (
                    answer.get_json(),
                    jwk.RSAKey.import_key(_storage.storage.jwk.as_dict(is_private=True)),
                )
                claims = json.loads(_decoded(told["id_token"].split(".")[1]))
                answer.set_data(json.dumps({**told, "id_token": self.alter(claims, key)}))
        return answer


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def signed(claims: Claims, key: Any, alg: str = "RS256") -> str:  # noqa: ANN401 - a key of any kind
    return jwt.encode(
        {"alg": alg, "kid": key.kid} if key.kid else {"alg": alg}, claims, key, algorithms=[alg]
    )


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    provider = Provider()
    with _server._threaded_server(app=provider.app) as running:  # noqa: SLF001 - its own app, altered
        provider.issuer = f"http://localhost:{running.server_port}"
        httpx2.put(f"{provider.issuer}/users/maija", json={"roles": ["kuva-staff"], "name": "Maija V."})
        httpx2.put(f"{provider.issuer}/users/stranger", json={"roles": ["other"], "email": "maija"})
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.alter = None
    running.asked.clear()
    return running


@dataclass
class House:
    """A workspace that knows a provider, its site, and somebody's browser."""

    workspace: Workspace
    provider: Provider
    late: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        self.app = server.site(self.workspace, clock=lambda: datetime.now(UTC) + self.late)

    def begin(self, visitor: Visitor, user: str = "maija", onward: str = "/sv/map") -> str:
        """Begin a log-in, log in at the provider, and give the address that it sends the browser back to."""
        url = visitor.get(f"/login/oidc?next={onward}").headers["location"]
        back = httpx2.post(url, data={"sub": user}).headers["location"]
        return urlsplit(back)._replace(scheme="", netloc="").geturl()

    def login(self, user: str = "maija") -> tuple[Visitor, httpx2.Response]:
        visitor = Visitor(self.app)
        return visitor, visitor.get(self.begin(visitor, user))


@pytest.fixture
def house(bare: Path, tmp_path: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("TILANNEKUVA_OIDC_SECRET", SECRET)
    shutil.copytree(bare, tmp_path / "workspace")
    workspace = Workspace(tmp_path / "workspace")
    login = workspace.settings.login.model_copy(update={"oidc": directory(provider)})
    workspace.settings = workspace.settings.model_copy(update={"login": login})
    yield House(workspace, provider)
    workspace.close()


def directory(provider: Provider) -> Oidc:
    granted = Granted(value="kuva-staff", role="staff", municipality="837")
    return Oidc(issuer=provider.issuer, client_id=CLIENT, roles=(granted,), title="Tampere")


def refused(house: House) -> bool:
    """Whether a whole log-in comes to nothing: refused, no session, and nobody new."""
    visitor, answer = house.login()
    nobody = not Entrance(house.workspace).people.all()
    return answer.status_code == 401 and "tilannekuva" not in visitor.cookies and nobody


def test_who_has_a_role_in_the_directory_is_let_in_and_led_on(house: House):
    visitor, answer = house.login()

    assert (303, "/sv/map") == (answer.status_code, answer.headers["location"])
    assert "Maija V.</strong>: Henkilöstö, Tampere" in visitor.get("/fi/account").text
    person = Entrance(house.workspace).people.all()[0]
    assert f"{house.provider.issuer}|maija" == person.name
    assert {"tilannekuva"} == visitor.cookies.keys(), "what bound the browser is gone"


def test_it_is_asked_by_code_with_a_challenge_a_nonce_and_a_state(house: House):
    visitor = Visitor(house.app)
    begun = visitor.get("/login/oidc")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)

    house.login()

    assert (["code"], ["S256"], ["openid profile"]) == tuple(
        asked[one] for one in ("response_type", "code_challenge_method", "scope")
    )
    assert {43} == {len(asked[one][0]) for one in ("state", "nonce", "code_challenge")}
    assert {"code_verifier", "client_secret", "code"} <= house.provider.asked[0].keys()
    assert {"HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/"} == {
        *begun.headers["set-cookie"].split("; ")[1:]
    }


def test_who_has_no_role_here_is_not_let_in(house: House):
    visitor, answer = house.login("stranger")

    assert 401 == answer.status_code
    assert "tilannekuva" not in visitor.cookies
    assert [] == Entrance(house.workspace).people.all()


def test_who_was_disabled_here_is_not_let_in_by_the_directory(house: House):
    house.login()
    name = Entrance(house.workspace).people.all()[0].name
    Office(house.workspace, CONSOLE, datetime.now(UTC)).disable(name)

    assert 401 == house.login()[1].status_code


def test_what_was_sent_back_is_good_once(house: House):
    visitor = Visitor(house.app)
    back = house.begin(visitor)
    thief = Visitor(house.app)
    thief.client.cookies.update(visitor.client.cookies)
    assert 303 == visitor.get(back).status_code

    assert [401, 401] == [one.get(back).status_code for one in (visitor, thief)]
    assert "tilannekuva" not in thief.cookies
    assert 1 == len(house.provider.asked), "the provider's own refusal is not what it hangs on"


def test_what_was_sent_back_is_good_in_the_browser_that_began(house: House):
    """Else one could log another in as oneself, and read what they enter."""
    mine, others = Visitor(house.app), Visitor(house.app)
    back = house.begin(mine)
    house.begin(others)

    answer = others.get(back)

    assert (401, False) == (answer.status_code, "tilannekuva" in others.cookies)


@pytest.mark.parametrize("state", ["", "another", None])
def test_a_state_that_was_not_given_is_refused(house: House, state: str | None):
    visitor = Visitor(house.app)
    code = parse_qs(urlsplit(house.begin(visitor)).query)["code"][0]

    told = f"code={code}" + (f"&state={state}" if state is not None else "")

    assert 401 == visitor.get(f"/login/oidc/back?{told}").status_code
    assert [] == house.provider.asked


def test_a_code_of_another_log_in_is_refused(house: House):
    """The token tells of which log-in it is."""
    mine, others = Visitor(house.app), Visitor(house.app)
    state = parse_qs(urlsplit(house.begin(mine)).query)["state"][0]
    code = parse_qs(urlsplit(house.begin(others)).query)["code"][0]

    answer = mine.get(f"/login/oidc/back?code={code}&state={state}")

    assert (401, False) == (answer.status_code, "tilannekuva" in mine.cookies)


def test_a_log_in_that_took_too_long_is_refused(house: House):
    visitor = Visitor(house.app)
    back = house.begin(visitor)
    house.late = timedelta(minutes=11)

    assert 401 == visitor.get(back).status_code


def test_an_answer_of_another_issuer_is_refused(house: House):
    visitor = Visitor(house.app)

    assert 401 == visitor.get(f"{house.begin(visitor)}&iss=https://evil.example").status_code


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"nonce": "another"},
        {"exp": 1_600_000_000},
        {"iat": 4_000_000_000},
        {"sub": ""},
        *({one: None} for one in ("iss", "aud", "nonce", "exp", "iat", "sub")),
    ],
)
def test_a_token_whose_claims_do_not_fit_is_refused_though_its_signature_is_right(
    house: House, claims: Claims
):
    def altered(told: Claims, key: Any) -> str:  # noqa: ANN401 - of the provider
        return signed({name: one for name, one in {**told, **claims}.items() if one is not None}, key)

    house.provider.alter = altered

    assert refused(house)


def test_a_token_that_fits_is_taken_however_it_was_made(house: House):
    """The attacks before and after fail by what they alter, not by the altering."""
    house.provider.alter = signed

    assert not refused(house)


def _unsigned(claims: Claims, _: Any) -> str:  # noqa: ANN401 - of the provider
    parts = (json.dumps(one).encode() for one in ({"alg": "none", "typ": "JWT"}, claims))
    return ".".join(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in parts) + "."


def _by_public_key(claims: Claims, key: Any) -> str:  # noqa: ANN401 - of the provider
    """Sign with what everybody knows, as if it were a shared secret."""
    return signed(claims, jwk.OctKey.import_key(key.as_pem(private=False)), "HS256")


def _by_client_secret(claims: Claims, _: Any) -> str:  # noqa: ANN401 - of the provider
    return signed(claims, jwk.OctKey.import_key(SECRET * 2), "HS256")


def _by_another_key(claims: Claims, key: Any) -> str:  # noqa: ANN401 - of the provider
    other = jwk.RSAKey.generate_key(2048, parameters={"kid": key.kid} if key.kid else None)
    return signed(claims, other)


def _cut(claims: Claims, key: Any) -> str:  # noqa: ANN401 - of the provider
    return signed(claims, key).rpartition(".")[0] + "."


def _changed(claims: Claims, key: Any) -> str:  # noqa: ANN401 - of the provider
    head, _, seal = signed(claims, key).split(".")
    body = json.dumps({**claims, "roles": ["kuva-staff", "admin"]}).encode()
    return ".".join((head, base64.urlsafe_b64encode(body).decode().rstrip("="), seal))


def _with_its_own_key(claims: Claims, _: Any) -> str:  # noqa: ANN401 - of the provider
    own = jwk.RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "jwk": own.as_dict(private=False)}, claims, own, algorithms=["RS256"])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "alter",
    [_unsigned, _by_public_key, _by_client_secret, _by_another_key, _cut, _changed, _with_its_own_key],
)
def test_a_token_that_the_issuer_did_not_sign_is_refused(house: House, alter: Callable[[Claims, Any], str]):
    house.provider.alter = alter

    assert refused(house)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "." * 10_000])
def test_what_is_no_token_is_refused(house: House, token: str):
    house.provider.alter = lambda *_: token

    assert refused(house)


def test_a_directory_that_names_another_issuer_is_not_asked(provider: Provider):
    other = provider.issuer.replace("localhost", "127.0.0.1")
    for issuer in (f"{provider.issuer}/tenant", f"{provider.issuer}/", f"{other}/"):
        found = directory(provider).model_copy(update={"issuer": issuer})
        with pytest.raises(NoAnswer):
            Directory(found, SECRET, "/back").begin("/fi/", datetime.now(UTC))


def test_no_secret_is_told(house: House, caplog: pytest.LogCaptureFixture):
    house.provider.alter = _by_client_secret
    assert refused(house)
    asked = house.provider.asked[0]

    told = [*caplog.messages, *map(str, Entrance(house.workspace).audit.rows())]

    told += [repr(house.app.gate), repr(server.door(house.workspace, lambda: datetime.now(UTC)))]
    assert any("does not fit" in one for one in told)
    assert not [one for one in told if SECRET in one or asked["code"] in one or asked["code_verifier"] in one]


def test_an_identity_is_the_issuers_subject_or_what_entra_calls_the_object():
    entra, tenant = "https://login.microsoftonline.com/t1/v2.0", {"tid": "t1", "oid": "o1", "sub": "s1"}

    assert "o1" == subject(tenant, entra)
    assert "s1" == subject(tenant, "https://id.example.fi")
    assert "s1" == subject({**tenant, "tid": "t2"}, entra)
    with pytest.raises(Refused):
        subject({"tid": "t1", "sub": "s1"}, entra)
