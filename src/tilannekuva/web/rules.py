"""The rules of the addresses: which right each one asks for. An address without a rule is not served."""

from collections.abc import Mapping

from tilannekuva.domain.access import Right

# By the path of a route, as it is written in `routes`; a form is handed in under its page's path.
RULES: Mapping[str, Right] = {
    "/": "look",
    "/static/{name}": "look",
    "/events": "look",
    "/manifest.webmanifest": "look",
    "/own/": "look",  # all that lies under it
    "/chart/{lang:lang}/{id:slug}.svg": "look",
    "/chart/{lang:lang}/{id:slug}.png": "look",
    "/brief/{lang:lang}.pdf": "look",
    "/brief/{lang:lang}.png": "look",
    "/brief/{lang:lang}.eml": "look",
    "/brief/{lang:lang}.html": "look",
    "/brief/{lang:lang}.txt": "look",
    "/brief/archive/{sha256:slug}.pdf": "look",
    "/brief/archive/{sha256:slug}.png": "look",
    "/brief/archive/{sha256:slug}.eml": "look",
    "/brief/archive/{sha256:slug}.html": "look",
    "/brief/archive/{sha256:slug}.txt": "look",
    "/ground/{id:slug}": "look",
    "/{lang:lang}/corrections.atom": "look",
    "/{lang:lang}/decide": "decide",
    "/table/{lang:lang}/{id:slug}.{kind:kind}": "look",
    "/raw/{sha256:sha256}": "look",
    "/api/inbox/{source:slug}": "deliver",
    "/api/inbox/{source:slug}/{receipt:slug}": "deliver",
    "/api/inbox/{source:slug}/{receipt:slug}/sheet": "deliver",
    "/{lang:lang}/enter/{id:slug}": "report",
    "/{lang:lang}/login": "look",
    "/{lang:lang}/logout": "look",
    "/{lang:lang}/account": "look",  # one's own; who is not logged in is led to the log-in
    "/{lang:lang}/people": "manage",
    "/login/oidc": "look",
    "/login/oidc/back": "look",
}

# By the name of a page in PAGES, for the page and its data twins.
PAGE_RULES: Mapping[str, Right] = {
    "front": "look",
    "changes": "look",
    "indicator": "look",
    "map": "look",
    "area": "look",
    "compare": "look",
    "decisions": "look",
    "decision": "look",
    "decide": "decide",
    "brief": "look",
    "forecast": "look",
    "scenario": "look",
    "services": "look",
    "service": "look",
    "enter": "report",
    "report": "report",
    "sources": "look",
    "trace": "look",
    "data": "look",
    "plain": "look",
    "glossary": "look",
    "accessibility": "look",
}


def right_of(path: str, page: str = "") -> Right:
    """Give the right that a route asks for; LookupError where no rule says: nobody forgets one unseen."""
    rules, key = (PAGE_RULES, page) if page else (RULES, "/own/" if path.startswith("/own/") else path)
    if key not in rules:
        raise LookupError(f"{path} has no rule: say in web/rules.py which right it asks for")
    return rules[key]
