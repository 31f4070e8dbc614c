"""The pages behind the log-in: an exercise with two who log in, and a decision whose review has come."""

import json
from datetime import timedelta
from typing import Any

from shown import NOW, land
from visiting import PASSWORD, populated

from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import recipe, texts

PEOPLE = {"saara": ("staff", "837"), "aino": ("admin", "837")}
DECISION = "c5c82ad3f0e3"  # the name of the decision that is entered here
STAFF_PAGES = {
    "services to report on": "enter",
    "report": "enter/phone-ring",
    "report of another service": "enter/grocery-bags",
    "report of a day": "enter/phone-ring?day=2021-03-18",
    "service": "services/phone-ring",
    "decide": "decide",
    "review": f"decide?decision={DECISION}&act=review",
    "effect card": f"decisions/{DECISION}",
    "account": "account",
}
_ROW = {
    "id": "arvioitu",
    "body": "crisis-group",
    "title_fi": "Valmiusryhmän pitkä päätös kokoontumisten, tapahtumien ja harrastusten rajoittamisesta "
    "toistaiseksi koko kaupungin alueella (Harjoitus)",
    "title_sv": "Beredskapsgruppens mycket långa beslut om begränsning av sammankomster, evenemang och "
    "hobbyverksamhet tills vidare i hela staden (Övning)",
    "title_en": "Very long decision of the crisis group on gatherings, events and hobbies in the whole city "
    "until further notice (Exercise)",
    "taken_on": "2021-03-17",
    "effective_from": "2021-03-18",
    "area": "municipality:837",
    "measure": "C3 C4",
    "expected_indicator": "incidence-14d",
    "expected_direction": "down",
    "expected_size": "20",
    "expected_by": "2021-03-19",
    "review_on": "2021-03-19",
    "municipality": "municipality:837",
}
_REVIEW = {"reviewed_on": "2021-03-19", "verdict": "kept"}


def furnish(workspace: Workspace) -> None:
    """Let people in, and enter a decision and its review."""
    populated(workspace, PEOPLE)
    columns = recipe(texts()["decisions-own"], "decisions-own.toml").fetch.columns
    for more, minutes in (({}, 30), (_REVIEW, 10)):
        told = dict.fromkeys(columns, "") | _ROW | more
        at = NOW - timedelta(minutes=minutes)
        land(workspace, "decisions-own", json.dumps({"decisions": [told]}).encode(), at)


def log_in(context: Any, address: str, name: str) -> None:  # noqa: ANN401 - Playwright may not be installed
    """Log somebody in, as they do it."""
    page = context.new_page()
    page.goto(f"{address}/fi/login")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/fi/")
    page.close()
