"""Laws of live pages: who listens hears of news soon, a slow one costs nothing, and all ends cleanly."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from browsing import MARKS
from shown import NOW, land

from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.live import News
from tilannekuva.web.server import Server, site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LATER = NOW + timedelta(minutes=5)
Told = dict[str, Any]


@dataclass
class Living:
    """A city's site that is served, and learns."""

    workspace: Workspace
    clock: list[datetime] = field(default_factory=lambda: [NOW])
    port: int = 0
    stop: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Serve it, the second time at the same port."""
        app = site(self.workspace, clock=lambda: self.clock[0])
        config = uvicorn.Config(
            app, port=self.port, log_level="error", ws="none", timeout_graceful_shutdown=3
        )
        server = Server(config, app.site.news)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        self.port = server.servers[0].sockets[0].getsockname()[1]

        def stop() -> None:
            server.should_exit = True
            thread.join()

        self.news, self.stop = app.site.news, stop

    def learn(self) -> None:
        """Let an answer land that changes the front page; the clock goes first, as it does."""
        self.clock[0] = LATER
        body = self.workspace.landing.read(self.workspace.ledger.looks("hs-cases-district")[0].sha256)
        land(self.workspace, "hs-cases-district", body, NOW + timedelta(minutes=4))


@pytest.fixture
def living(own: Workspace) -> Iterator[Living]:
    """Give a city's site that is served."""
    one = Living(own)
    one.start()
    yield one
    one.stop()


def told(event: bytes) -> Told:
    """Read an event; one without data is a sign of life."""
    lines = dict(line.split(": ", 1) for line in event.decode().splitlines() if ": " in line)
    return dict(json.loads(lines.get("data", "{}")))


def listening(work: Callable[[News], Awaitable[Any]], **slowness: float) -> Any:  # noqa: ANN401 - what work gives
    """Do some work with news that are open."""

    async def begun() -> Any:  # noqa: ANN401 - likewise
        news = News(**slowness)
        news.open(NOW)
        try:
            return await work(news)
        finally:
            news.close()

    return asyncio.run(asyncio.wait_for(begun(), 20))


async def asked(news: News, send: Callable[[Any], Awaitable[None]], *, stays: bool = True) -> None:
    """Ask for the events as a server would."""

    async def receive() -> Told:
        if stays:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    answer = await news.endpoint(None)  # type: ignore[arg-type] - what is asked does not matter
    await answer({"type": "http"}, receive, send)  # type: ignore[arg-type]


def test_who_comes_hears_at_once_what_is_newest_and_then_of_each_newer_picture():
    async def work(news: News) -> list[Told]:
        stream = news.stream()
        first = told(await anext(stream))
        asyncio.get_running_loop().call_soon(news.tell, LATER)
        return [first, told(await anext(stream))]

    first, second = listening(work)
    assert (first["as_of"], second["as_of"]) == ("2021-03-20T15:00:00Z", "2021-03-20T15:05:00Z")
    assert second["fi"] == "Kuva päivittyi klo 17.05."
    assert (second["sv"], second["en"]) == (
        "Lägesbilden uppdaterades kl. 17.05.",
        "The picture was updated at 17:05.",
    )


def test_who_was_slow_hears_only_the_newest():
    async def work(news: News) -> Told:
        stream = news.stream()
        await anext(stream)
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        for minute in range(100):
            news.tell(NOW + timedelta(minutes=minute))
        return told(await waiting)

    assert listening(work)["as_of"] == "2021-03-20T16:39:00Z"


def test_silence_is_broken_by_a_sign_of_life_that_says_nothing():
    async def work(news: News) -> list[bytes]:
        stream: AsyncIterator[bytes] = news.stream()
        return [await anext(stream) for _ in range(3)]

    assert listening(work, beat=0.01)[1:] == [b":\n\n", b":\n\n"]


def test_800_listeners_hear_within_a_second_and_all_streams_end_when_the_server_does():
    async def work(news: News) -> tuple[float, int]:
        heard: list[bytes] = []

        async def listen() -> None:
            async for event in news.stream():
                heard.append(event)  # noqa: PERF401 - others count them meanwhile

        crowd = [asyncio.create_task(listen()) for _ in range(800)]
        await asyncio.sleep(0)
        begun = asyncio.get_running_loop().time()
        news.tell(LATER)
        while len(heard) < 1600:  # noqa: ASYNC110 - the crowd is what is measured, not an event
            await asyncio.sleep(0)
        took = asyncio.get_running_loop().time() - begun
        news.close()
        await asyncio.wait_for(asyncio.gather(*crowd), 5)
        return took, len(heard)

    took, heard = listening(work)
    assert took < 1
    assert heard == 1600


def test_a_client_that_takes_nothing_is_let_go():
    async def stuck(message: Told) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def work(news: News) -> int:
        await asyncio.wait_for(asked(news, stuck), 5)
        return news.clients

    assert listening(work, patience=0.01) == 0


def test_a_client_that_has_left_is_forgotten_at_the_next_news():
    async def work(news: News) -> int:
        sent: list[Told] = []

        async def send(message: Told) -> None:
            sent.append(message)

        asyncio.get_running_loop().call_later(0.05, news.tell, LATER)
        await asyncio.wait_for(asked(news, send, stays=False), 5)
        return news.clients

    assert listening(work) == 0


def test_where_nothing_new_can_come_a_browser_is_told_not_to_call_again():
    answer = asyncio.run(News().endpoint(None))  # type: ignore[arg-type] - what is asked does not matter

    assert answer.status_code == 204


class TestInABrowser:
    pytestmark = MARKS

    def test_the_page_changes_where_there_is_news_and_nowhere_else(self, browser: "Browser", living: Living):
        """Focus, place on the page and what one has opened stay; the change is told aloud, politely."""
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{living.port}/fi/")
        held = page.locator(".tile a").nth(1)
        held.focus()
        before, address = page.locator("main").inner_text(), held.get_attribute("href")
        living.learn()
        page.locator("#news", has_text="Kuva päivittyi klo 17.05.").wait_for(timeout=20_000)

        assert page.locator("main").inner_text() != before
        assert page.evaluate("() => document.activeElement.getAttribute('href')") == address
        assert page.locator("#news").get_attribute("role") == "status"
        page.close()

    def test_a_form_that_somebody_fills_stays_as_it_is(self, browser: "Browser", living: Living):
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{living.port}/fi/")
        page.locator("#clock input[type=date]").fill("2021-03-01")
        living.learn()
        page.locator("#news", has_text="Kuva päivittyi").wait_for(timeout=20_000)

        assert page.locator("#clock input[type=date]").input_value() == "2021-03-01"
        page.close()

    def test_a_page_whose_server_is_gone_says_so_and_recovers(self, browser: "Browser", living: Living):
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{living.port}/en/")
        while not living.news.clients:
            time.sleep(0.01)
        living.stop()
        page.locator("#news", has_text="Connection lost.").wait_for(timeout=20_000)
        living.learn()
        living.start()
        page.locator("#news", has_text="The picture was updated at 17:05.").wait_for(timeout=20_000)
        page.close()
