"""The replaced functions of `preview.sdk_outputs` against the SDK's own."""

import asyncio

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi import Output
from pulumi.output import Unknown, _OutputData
from pulumi.runtime import rpc

from preview import sdk_outputs

pytestmark = pytest.mark.filterwarnings("ignore:coroutine 'sleep' was never awaited:RuntimeWarning")

ALL = sdk_outputs.all_of(Output.all, Output.from_input)
FROM_INPUT = sdk_outputs.from_input(Output.from_input)


class Leaf:
    """Stands for a resource: an object that nothing looks into."""


LEAF, OTHER = Leaf(), Leaf()


@pulumi.input_type
class Args:
    def __init__(self, *, text):
        pulumi.set(self, "text", text)

    @property
    @pulumi.getter
    def text(self):
        return pulumi.get(self, "text")


def output(value, known, secret, resource):
    """A recipe for an output: outputs belong to one event loop, so each side makes its own."""
    return lambda: Output._from_data(_later(_OutputData({resource}, made(value), known, secret)))


async def _later(data):
    await asyncio.sleep(0)
    return data


def made(value):
    if callable(value):
        return value()
    if isinstance(value, dict):
        return {key: made(part) for key, part in value.items()}
    return type(value)(made(part) for part in value) if isinstance(value, list | tuple) else value


scalars = st.sampled_from([None, "", "text", 0, 1, 2.5, True, LEAF, lambda: Unknown(), lambda: Args(text="a")])


def plain_containers(parts):
    return st.lists(parts, max_size=3) | st.dictionaries(st.sampled_from("abc"), parts, max_size=3) | st.tuples(parts)


def containers(parts):
    outputs = st.builds(output, parts, st.booleans(), st.booleans(), st.sampled_from([LEAF, OTHER]))
    later = parts.map(lambda value: lambda: asyncio.sleep(0, made(value)))
    return plain_containers(parts) | outputs | later


values = st.recursive(scalars, containers, max_leaves=12)


def answer(function, *args, **kwargs):
    async def run():
        data = await function(*made(list(args)), **made(kwargs))._data
        return data.resources, comparable(data.value), data.is_known, data.is_secret

    return asyncio.run(run())


def comparable(value):
    if isinstance(value, dict):
        return {key: comparable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(comparable, value))
    return "unknown" if isinstance(value, Unknown) else (type(value).__name__, value)


@given(values)
def test_from_input_answers_as_the_sdk_does(value):
    assert answer(FROM_INPUT, value) == answer(Output.from_input, value)


@given(st.lists(values, max_size=4))
def test_all_of_a_list_answers_as_the_sdk_does(parts):
    assert answer(ALL, *parts) == answer(Output.all, *parts)


@given(st.dictionaries(st.sampled_from("abc"), values, max_size=3))
def test_all_of_names_answers_as_the_sdk_does(parts):
    assert answer(ALL, **parts) == answer(Output.all, **parts)


def test_a_mix_of_named_and_unnamed_values_is_refused():
    with pytest.raises(ValueError, match="mix of named and unnamed"):
        ALL(1, a=2)


def test_what_is_changed_after_the_call_does_not_show():
    async def run():
        inner = [2]
        waiting = ALL([Output.from_input(1), inner])
        inner.append(3)
        return await waiting.future()

    assert asyncio.run(run()) == [[1, [2]]]


def test_an_output_that_fails_fails_what_is_made_of_it():
    async def run():
        failing = Output.from_input(1).apply(lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await ALL(1, {"a": [failing]}).future()

    asyncio.run(run())


@given(st.recursive(scalars, plain_containers, max_leaves=12))
def test_unknown_parts_are_found_as_the_sdk_finds_them(recipe):
    value = made(recipe)
    assert sdk_outputs.contains_unknowns(value) == rpc.contains_unknowns(value)


@pytest.mark.parametrize("value", [None, True, 1, 2.0, "", "text", rpc.UNKNOWN, {"a": [1.0, "b"]}])
@pytest.mark.parametrize("annotation", [None, str, int, float, bool, str | None, int | None])
def test_scalars_are_translated_as_the_sdk_does(value, annotation):
    def translated(function):
        try:
            return comparable(function(value, lambda key: key, annotation))
        except AssertionError as error:
            return str(error)

    ours = sdk_outputs.translate_output_properties(rpc.translate_output_properties)
    assert translated(ours) == translated(rpc.translate_output_properties)
