"""The settings of a workspace: `tilannekuva.toml` as a frozen value."""

from datetime import date, timedelta
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from tilannekuva.domain.colours import contrast
from tilannekuva.domain.definitions import Duration, Slug, Strict, Text, read
from tilannekuva.errors import BadDefinition, BadInput, NoWorkspace

FILE = "tilannekuva.toml"

# The grounds that the accent stands on (page.css: --paper, --raised), by day and at night.
GROUNDS = {"accent": ("#ffffff", "#f4f6f9"), "accent_dark": ("#10161d", "#1a222c")}
_READABLE = 4.5  # the contrast that WCAG 2.2 AA asks of text


class Brand(Strict):
    """The municipality's own look; without it, the colours that are shipped and no logo."""

    accent: str = Field(default="", description="Colour of links and buttons, `#rrggbb`; readable on white.")
    accent_dark: str = Field(default="", description="The same at night, readable on near-black.")
    logo: str = Field(
        default="", description="SVG or PNG file in the workspace's folder, shown beside the title."
    )

    @field_validator("accent", "accent_dark")
    @classmethod
    def _readable(cls, value: str, info: ValidationInfo) -> str:
        grounds = GROUNDS[str(info.field_name)] if value else ()
        for ground in grounds:
            try:
                ratio = contrast(value, ground)
            except BadInput as error:
                raise ValueError(str(error)) from None
            if ratio < _READABLE:
                side = "darker" if info.field_name == "accent" else "lighter"
                raise ValueError(
                    f"{value} on {ground} has a contrast of {int(ratio * 10) / 10}; "
                    f"{_READABLE} is needed: choose a {side} one"
                )
        return value

    @model_validator(mode="after")
    def _both(self) -> "Brand":
        if bool(self.accent) != bool(self.accent_dark):
            raise ValueError(
                "give both accent and accent_dark: one colour is not readable by day and at night"
            )
        return self


class Ground(Strict):
    """A base map of the city's own, drawn under the areas: one `[[ground]]` each in the settings.

    The app asks for it and hands it on, so that nobody else learns who looks at what.
    """

    id: Slug = Field(description="Name of the base map in addresses.")
    title: Text = Field(description="Title in fi, sv and en.")
    kind: Literal["wms", "wmts"] = Field(description="Protocol of the service.")
    url: str = Field(
        pattern=r"^https?://[^\s]+$",
        description="Address of the service, without a question. For a WMTS by path it holds `{z}`, `{row}` "
        "and `{col}`.",
    )
    layer: str = Field(default="", description="Name of the layer in the service.")
    style: str = Field(default="", description="Name of the style; empty for the service's own.")
    matrix_set: str = Field(default="ETRS-TM35FIN", description="Tile matrix set of a WMTS (JHS 180).")
    matrices: int = Field(
        default=15, ge=1, le=24, description="Number of levels in the matrix set; each halves the metres."
    )
    origin: tuple[float, float] = Field(
        default=(-548576.0, 8388608.0), description="Upper left corner of the matrix set: east and north."
    )
    resolution: float = Field(
        default=8192.0, gt=0, description="Metres of a pixel at level 0 of the matrix set."
    )
    crs: str = Field(
        default="EPSG:3067",
        pattern=r"^EPSG:(3067|38(7[3-9]|8[0-5]))$",
        description="Coordinates of the service: `EPSG:3067`, or `EPSG:3873` to `EPSG:3885` for ETRS-GK19FIN "
        "to GK31FIN.",
    )
    format: Literal["image/png", "image/jpeg"] = Field(default="image/png", description="Form of the images.")
    attribution: str = Field(min_length=1, description="Whose map it is, written under it.")


class Granted(Strict):
    """What those get whom the house's directory gives a role or a group: one `[[login.oidc.roles]]` each."""

    value: str = Field(
        min_length=1, description="App role or group, as it stands in the claim: a name, or the group's id."
    )
    role: Literal["partner", "staff", "leadership", "admin"] = Field(description="Role here.")
    municipality: str = Field(
        pattern=r"^\d{3}$", description="Code of the municipality that they serve: `837`."
    )


class Oidc(Strict):
    """Log-in with the municipality's own accounts (OpenID Connect; Entra ID): `[login.oidc]`."""

    title: str = Field(default="", description="Name of the accounts on the button, such as `Tampere`.")
    issuer: str = Field(
        pattern=r"^https?://[^\s|?#]+$",
        description="Address of the directory, exactly as its tokens name it; for Entra ID "
        "`https://login.microsoftonline.com/<tenant>/v2.0`. Answers of any other are refused.",
    )
    client_id: str = Field(min_length=1, description="Id of this application in the directory.")
    secret: str = Field(
        default="TILANNEKUVA_OIDC_SECRET",
        pattern=r"^TILANNEKUVA_[A-Z0-9_]+$",
        description="Name of the environment variable that holds the client secret; never the secret itself.",
    )
    claim: str = Field(
        default="roles", min_length=1, description="Claim that holds app roles or groups: `roles`, `groups`."
    )
    roles: tuple[Granted, ...] = Field(
        min_length=1, description="What each app role or group may; who has none of them is not let in."
    )


class Login(Strict):
    """Who may log in, and for how long: `[login]`."""

    local: bool = Field(
        default=True, description="Whether people with a name and a password of this picture may log in."
    )
    idle: Duration = Field(
        default=timedelta(minutes=30), description="How long after the last page somebody is logged out."
    )
    absolute: Duration = Field(
        default=timedelta(hours=12), description="How long after the log-in somebody is logged out anyway."
    )
    oidc: Oidc | None = Field(default=None, description="The municipality's own accounts; none by default.")


class Settings(Strict):
    """What a municipality sets; each field is documented in docs/reference/settings.md."""

    title: str = Field(description="Name of the picture, shown at the top of every page.")
    areas: tuple[str, ...] = Field(
        min_length=1, description="Municipalities of the picture, the first is shown first."
    )
    sources: tuple[Slug, ...] = Field(min_length=1, description="Ids of the recipes that are asked.")
    exercise_from: date | None = Field(
        default=None, description="First day of a simulated epidemic: every page then says EXERCISE."
    )
    exercise_seed: int = Field(
        default=1, description="Which simulated epidemic: the same number, the same course."
    )
    host: str = Field(default="127.0.0.1", description="Address that `serve` listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port that `serve` listens on.")
    address: str = Field(
        default="",
        pattern=r"^(https?://[^\s/?#]+)?$",
        description="Address under which readers open the picture, `https://tilannekuva.example.fi`; it "
        "stands in the texts for other programs and in the feed. Without it, that of `host` and `port`.",
    )
    publish_every: Duration = Field(
        default=timedelta(minutes=15),
        description="How often at most `serve` keeps a picture that has changed, for the archive of "
        "published pictures: `15min`, `1h`, `1d`.",
    )
    release_every: Duration = Field(
        default=timedelta(days=1),
        description="How often at most new figures of protected indicators are released to everybody: `1d`.",
    )
    allow_networks: tuple[str, ...] = Field(
        default=(), description="Networks (CIDR) inside the house that sources may live in; none by default."
    )
    allow_commands: tuple[str, ...] = Field(
        default=(),
        description="Programs that recipes may start, such as `Rscript`, each to run a file of the folder "
        "`programs/`; none by default.",
    )
    brand: Brand = Field(default=Brand(), description="The municipality's own colours and logo.")
    ground: tuple[Ground, ...] = Field(
        default=(),
        description="Base maps that may lie under the map; none by default, and none is asked for.",
    )
    login: Login = Field(default=Login(), description="Who may log in, and for how long.")
    contact: str = Field(default="", description="Who runs this picture; told to the sources that are asked.")

    @property
    def origin(self) -> str:
        """Give the address under which readers open the picture, without a path."""
        return self.address or f"http://{self.host}:{self.port}"


def texts(shipped: Traversable, own: Path | None) -> dict[str, str]:
    """Give TOML texts by the names of their files: the shipped ones, then the workspace's own."""
    folders = [one for one in (shipped, own) if one is not None and one.is_dir()]
    found = {
        file.name.removesuffix(".toml"): text_of(file)
        for folder in folders
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }
    return dict(sorted(found.items()))


def text_of(file: Traversable) -> str:
    """Read a definition's text, with or without a byte order mark; BadDefinition where it is no UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadDefinition(f"{file.name} is not written in UTF-8; save it as UTF-8") from None


def settings(workspace: Path) -> Settings:
    """Read a workspace's settings; NoWorkspace or BadDefinition say what to do."""
    file = workspace / FILE
    if not file.exists():
        message = f"{workspace} holds no {FILE}; make one with `tilannekuva init {workspace} --area 837`"
        raise NoWorkspace(message)
    return read(text_of(file), FILE, Settings)
