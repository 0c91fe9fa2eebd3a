"""The page for whoever is on call is what the steps say."""

from failover import docs


def test_the_page_is_as_the_steps_are() -> None:
    text = docs.PAGE.read_text()
    assert docs.page(text) == text, "python -m failover.docs"


def test_the_page_knows_no_machine() -> None:
    assert str(docs.PAGE.parents[1]) not in docs.PAGE.read_text()
