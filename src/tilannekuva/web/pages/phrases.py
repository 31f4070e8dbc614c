"""Phrases: what the sentence of the status says of each theme, whole, so that no ending is glued on."""

from typing import Literal

from tilannekuva.web.language import Language

Way = Literal["worse", "over", "better", "steady"]


def phrases(language: Language) -> dict[str, dict[Way, str]]:
    """Give what is said of each theme by the way that it goes."""
    return _of_health(language) | _of_city(language)


def _of_health(language: Language) -> dict[str, dict[Way, str]]:
    text = language.text
    return {
        "spread": {
            "worse": text("infections are increasing"),
            "over": text("infections remain high"),
            "better": text("infections are decreasing"),
            "steady": text("infections are steady"),
        },
        "care": {
            "worse": text("the hospitals have more patients"),
            "over": text("the hospitals have many patients"),
            "better": text("the hospitals have fewer patients"),
            "steady": text("hospital care holds"),
        },
        "testing": {
            "worse": text("the share of positive tests is rising"),
            "over": text("the share of positive tests is high"),
            "better": text("the share of positive tests is falling"),
            "steady": text("the share of positive tests is steady"),
        },
        "vaccination": {
            "worse": text("vaccinations are slowing down"),
            "over": text("vaccinations need watching"),
            "better": text("vaccinations are advancing"),
            "steady": text("vaccinations are steady"),
        },
    }


def _of_city(language: Language) -> dict[str, dict[Way, str]]:
    text = language.text
    return {
        "movement": {
            "worse": text("traffic is getting worse"),
            "over": text("traffic needs watching"),
            "better": text("traffic is recovering"),
            "steady": text("traffic is steady"),
        },
        "air": {
            "worse": text("air quality is getting worse"),
            "over": text("air quality is poor"),
            "better": text("air quality is getting better"),
            "steady": text("air quality is steady"),
        },
        "safety": {
            "worse": text("safety is getting worse"),
            "over": text("safety needs watching"),
            "better": text("safety is getting better"),
            "steady": text("safety is steady"),
        },
        "restrictions": {
            "worse": text("restrictions are tightening"),
            "over": text("restrictions are tight"),
            "better": text("restrictions are easing"),
            "steady": text("restrictions are unchanged"),
        },
        "services": {
            "worse": text("services are coming under strain"),
            "over": text("services are under strain"),
            "better": text("the strain on services is easing"),
            "steady": text("services hold"),
        },
        "people": {
            "worse": text("the population figures are getting worse"),
            "over": text("the population figures need watching"),
            "better": text("the population figures are getting better"),
            "steady": text("the population figures are steady"),
        },
    }
