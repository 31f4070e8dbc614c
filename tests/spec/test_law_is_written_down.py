from pages import PAGE, page


def test_the_page_says_what_the_tests_say():
    """The reference of observations is what the generator makes of the tests."""
    assert page() == PAGE.read_text(encoding="utf-8"), "run `python tests/spec/pages.py`"
