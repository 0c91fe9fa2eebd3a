"""Row keys never collide and sort as DynamoDB sorts; images keep every value of every type."""

import base64
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bigtable_writer.codec import KEY_LIMIT, Malformed, image, item, number, row_key

digits = st.text("0123456789", min_size=1, max_size=38)
numbers = st.builds(
    lambda sign, whole, point, power: f"{sign}{whole[:point] or '0'}.{whole[point:] or '0'}E{power}",
    st.sampled_from(["", "-", "+"]),
    digits,
    st.integers(0, 38),
    st.integers(-90, 80),
)
binaries = st.binary(max_size=50).map(lambda content: base64.b64encode(content).decode())
texts = st.text(st.characters(codec="utf-8"), max_size=50)
scalars = st.one_of(
    st.builds(lambda content: {"S": content}, texts),
    st.builds(lambda content: {"N": content}, numbers),
    st.builds(lambda content: {"B": content}, binaries),
    st.builds(lambda content: {"BOOL": content}, st.booleans()),
    st.just({"NULL": True}),
    st.builds(lambda content: {"SS": content}, st.lists(texts, min_size=1, max_size=4, unique=True)),
    st.builds(lambda content: {"NS": content}, st.lists(numbers, min_size=1, max_size=4, unique=True)),
    st.builds(lambda content: {"BS": content}, st.lists(binaries, min_size=1, max_size=4, unique=True)),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.builds(lambda content: {"L": content}, st.lists(inner, max_size=4)),
        st.builds(lambda content: {"M": content}, st.dictionaries(texts, inner, max_size=4)),
    ),
    max_leaves=12,
)
items = st.dictionaries(st.text(min_size=1, max_size=20), values, max_size=6)


def unordered(value: Any) -> Any:
    """A value of DynamoDB's JSON whose sets are sets."""
    [(kind, content)] = value.items()
    if kind in ("SS", "NS", "BS"):
        return kind, frozenset(content)
    if kind == "L":
        return kind, [unordered(member) for member in content]
    return (kind, {name: unordered(member) for name, member in content.items()}) if kind == "M" else (kind, content)


class TestImage:
    @given(items)
    def test_keeps_the_whole_item(self, given_item: dict[str, Any]) -> None:
        kept = item(image(given_item))
        assert unordered({"M": kept}) == unordered({"M": given_item})

    @given(items, st.randoms())
    def test_is_the_same_for_the_same_item(self, given_item: dict[str, Any], random: Any) -> None:
        names = list(given_item)
        random.shuffle(names)
        assert image({name: given_item[name] for name in names}) == image(given_item)

    @pytest.mark.parametrize(
        "value",
        [
            None, "text", {}, {"S": 1}, {"S": "a", "N": "1"}, {"N": "one"}, {"N": "."}, {"N": 1}, {"N": "1E+999999"},
            {"B": "?"}, {"BOOL": "true"}, {"NULL": False}, {"SS": []}, {"NS": ["a"]}, {"BS": [1]}, {"L": {}},
            {"M": []}, {"M": {"a": None}}, {"L": [{"X": "y"}]}, {"X": "y"},
        ],
    )  # fmt: skip
    def test_refuses_what_dynamodb_cannot_hold(self, value: object) -> None:
        with pytest.raises(Malformed):
            image({"attribute": value})  # ty: ignore[invalid-argument-type]


class TestNumber:
    @given(numbers, numbers)
    def test_sorts_as_the_number_does(self, one: str, other: str) -> None:
        assert (number(one) < number(other)) == (Decimal(one) < Decimal(other))
        assert (number(one) == number(other)) == (Decimal(one) == Decimal(other))


class TestRowKey:
    @given(st.tuples(texts, texts), st.tuples(texts, texts))
    def test_differs_where_either_part_does_and_sorts_by_both(
        self, one: tuple[str, str], other: tuple[str, str]
    ) -> None:
        keys = [row_key({"p": {"S": first}, "s": {"S": second}}, "p", "s") for first, second in (one, other)]
        as_bytes = [(first.encode(), second.encode()) for first, second in (one, other)]
        assert (keys[0] == keys[1]) == (one == other)
        assert (keys[0] < keys[1]) == (as_bytes[0] < as_bytes[1])

    @given(st.tuples(binaries, numbers), st.tuples(binaries, numbers))
    def test_takes_bytes_and_numbers(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        keys = [row_key({"p": {"B": first}, "s": {"N": second}}, "p", "s") for first, second in (one, other)]
        same = base64.b64decode(one[0]) == base64.b64decode(other[0]) and Decimal(one[1]) == Decimal(other[1])
        assert (keys[0] == keys[1]) == same

    def test_fits_into_bigtable_however_long_its_parts(self) -> None:
        longest = [
            row_key({"p": {"B": base64.b64encode(bytes(2047) + end).decode()}, "s": {"S": "s" * 1024}}, "p", "s")
            for end in (b"a", b"b")
        ]
        assert longest[0] != longest[1]
        assert {len(key) for key in longest} == {KEY_LIMIT}

    @pytest.mark.parametrize(
        "keys", [{}, {"p": {"S": "a"}}, {"p": {"S": "a"}, "s": {"BOOL": True}}, {"p": {"S": "a"}, "s": {"S": None}}]
    )
    def test_needs_every_key_attribute(self, keys: dict[str, Any]) -> None:
        with pytest.raises(Malformed):
            row_key(keys, "p", "s")

    def test_is_never_empty(self) -> None:
        with pytest.raises(Malformed, match="p is empty"):
            row_key({"p": {"S": ""}}, "p")
