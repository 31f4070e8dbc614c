"""What the tests of pages share: one made-up city and its site."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import entered
import inner
import pytest
from browsing import CHROMIUM, served
from shown import NOW, prepare

from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.server import site


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a workspace in exercise; copy it before you write to it."""
    folder = tmp_path_factory.mktemp("city") / "workspace"
    prepare(folder)
    return folder


@pytest.fixture(scope="session")
def city_workspace(city: Path) -> Iterator[Workspace]:
    """Give the city's workspace, to be read only."""
    workspace = Workspace(city)
    yield workspace
    workspace.close()


@pytest.fixture(scope="session")
def app(city_workspace: Workspace) -> FastPath:
    """Give the city's site at a fixed instant."""
    return site(city_workspace, clock=lambda: NOW)


@pytest.fixture
def own(city: Path, tmp_path: Path) -> Iterator[Workspace]:
    """Give a copy of the city's workspace that may be written to."""
    shutil.copytree(city, tmp_path / "own")
    workspace = Workspace(tmp_path / "own")
    yield workspace
    workspace.close()


@pytest.fixture(scope="session")
def inner_workspace(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Give the workspace of a city in which people log in, to be looked at only."""
    folder = tmp_path_factory.mktemp("inner") / "workspace"
    shutil.copytree(city, folder)
    workspace = Workspace(folder)
    inner.furnish(workspace)
    yield workspace
    workspace.close()


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a workspace that has asked nothing yet; copy it before you write to it."""
    folder = tmp_path_factory.mktemp("empty") / "workspace"
    init(folder, template="corona", areas=["837"])
    workspace = Workspace(folder)
    with workspace.writing("test"):
        workspace.define(NOW)
    workspace.close()
    return folder


@pytest.fixture(scope="session")
def reporting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a workspace to which services are reported; copy it before you write to it."""
    folder = tmp_path_factory.mktemp("reporting") / "workspace"
    entered.prepare(folder)
    return folder


@pytest.fixture(scope="session")
def empty(bare: Path) -> Iterator[FastPath]:
    """Give the site of a workspace that has asked nothing yet."""
    workspace = Workspace(bare)
    yield site(workspace, clock=lambda: NOW)
    workspace.close()


@pytest.fixture(scope="module")
def address(app: FastPath) -> Iterator[str]:
    """Serve the city on a free port."""
    with served(app) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Give a browser; each file of tests has its own."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()
