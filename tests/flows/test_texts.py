"""Texts of the sectors: known from when they landed, told in the nearest language, checked as they come."""

from datetime import UTC, datetime, timedelta

import pytest

from tilannekuva.errors import BadDefinition
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.texts import texts
from tilannekuva.flows.workspace import Workspace

MONDAY = datetime(2040, 3, 12, 9, tzinfo=UTC)  # after the definitions that a workspace is made with
DAY = timedelta(days=1)
CARE = 'order = 2\ntitle = { fi = "Hoiva", sv = "Vård" }\ntext = { fi = "Jono on kaksi päivää." }\n'
PHONE = 'order = 1\ntitle = { fi = "Puhelinrinki" }\n[text]\nfi = """\nYksi.\n\nKaksi\nriviä.\n"""\n'


def write(workspace: Workspace, name: str, text: str, at: datetime) -> None:
    """Write a sector's text and land it; an empty one is taken away."""
    file = workspace.folder / "texts" / f"{name}.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    if not text:
        file.unlink()
    with workspace.writing("test"):
        workspace.define(at)


def told(workspace: Workspace, at: datetime, area: str = "municipality:837") -> list[str]:
    """Give the Finnish texts of an instant."""
    return [" / ".join(one.paragraphs("fi")[1]) for one, _ in texts(workspace, at, area)]


def test_a_text_is_known_from_when_it_was_landed_and_never_before(workspace: Workspace):
    write(workspace, "care", CARE, MONDAY)
    write(workspace, "care", CARE.replace("kaksi", "kolme"), MONDAY + DAY)
    write(workspace, "care", "", MONDAY + 2 * DAY)
    days = [MONDAY - DAY, MONDAY, MONDAY + DAY, MONDAY + 2 * DAY]

    assert [[], ["Jono on kaksi päivää."], ["Jono on kolme päivää."], []] == [
        told(workspace, day) for day in days
    ]


def test_a_text_of_later_leaves_the_earlier_picture_and_its_id_as_they_were(workspace: Workspace):
    asked = Question(MONDAY, "municipality:837", rewound=True)
    before = picture(workspace, asked)
    write(workspace, "care", CARE, MONDAY + DAY)

    assert before == picture(workspace, asked)


def test_texts_stand_in_their_order_and_paragraphs_are_parted_by_empty_lines(workspace: Workspace):
    write(workspace, "care", CARE, MONDAY)
    write(workspace, "phone", PHONE, MONDAY)

    assert ["Yksi. / Kaksi riviä.", "Jono on kaksi päivää."] == told(workspace, MONDAY + DAY)


def test_a_text_that_is_not_in_a_language_is_given_in_the_nearest_and_says_which(workspace: Workspace):
    write(workspace, "care", CARE, MONDAY)
    ((one, known_at),) = texts(workspace, MONDAY, "municipality:837")

    assert [("fi", "Hoiva"), ("sv", "Vård"), ("fi", "Hoiva")] == [
        one.title.nearest(lang) for lang in ("fi", "sv", "en")
    ]
    assert ("fi", ("Jono on kaksi päivää.",)) == one.paragraphs("sv")
    assert MONDAY == known_at


def test_a_text_of_an_area_is_told_there_and_in_what_lies_within(workspace: Workspace):
    write(
        workspace,
        "care",
        CARE.replace("order = 2", 'order = 2\narea = "hospital-district:Pirkanmaa"'),
        MONDAY,
    )
    write(workspace, "phone", PHONE.replace("order = 1", 'order = 1\narea = "853"'), MONDAY)

    assert ["Jono on kaksi päivää."] == told(workspace, MONDAY + DAY, "municipality:837")
    assert ["Yksi. / Kaksi riviä."] == told(workspace, MONDAY + DAY, "municipality:853")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('title = { fi = "A" }\ntext = { fi = " " }', "care.toml, line 2: text: write it in at least one of"),
        ('title = { fi = "A" }\ntext = { fi = "B" }\narea = "Nowhere"', "care.toml, line 3: area: "),
        (
            'title = { fi = "A" }\ntext = { fi = "B" }\nsize = 3',
            "care.toml, line 3: size: this key is not known",
        ),
        ('title = { fi = "A" }', "care.toml, line 1: text: this key is required"),
        ("title = ", "care.toml: "),
    ],
)
def test_a_text_with_a_mistake_is_refused_with_file_line_and_cure(workspace: Workspace, text: str, said: str):
    with pytest.raises(BadDefinition) as error:
        write(workspace, "care", text, MONDAY)

    assert str(error.value).startswith(f"texts/{said}")
