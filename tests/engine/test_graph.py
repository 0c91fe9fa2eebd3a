"""Both engines see the same graph: `python -m preview` as the `pulumi` CLI, field by field."""

import pytest

pytestmark = pytest.mark.real

OUTSIDE = "project:///.venv/"
"""Positions in the SDKs, which only the CLI shows."""
NOT_COMPARED = ("stackTrace", "aliases")
"""Only the CLI has traces; it shows the alias that it found in a state, the embedded preview all that it is given."""
OWN_NOTES = "__internal"
"""What the CLI writes for itself into a provider's inputs."""
PROVIDER = "pulumi:providers:"
DEFAULT = "::pulumi:providers:pulumi::default"
"""The provider of StackReferences, which no preview shows."""


def compared(step):
    """A step without what either engine shows of itself, and its lists without their order."""
    state = {key: value for key, value in step["newState"].items() if key not in NOT_COMPARED}
    if state.get("sourcePosition", "").startswith(OUTSIDE):
        del state["sourcePosition"]
    inputs = {key: value for key, value in state.get("inputs", {}).items() if key != OWN_NOTES}
    by_property = {key: sorted(urns) for key, urns in state.get("propertyDependencies", {}).items()}
    state |= {"inputs": inputs, "propertyDependencies": by_property}
    state["dependencies"] = sorted(state.get("dependencies", []))
    return {"op": step["op"], "provider": step.get("provider"), **state}


def by_urn(steps):
    return {step["urn"]: compared(step) for step in steps}


def differences(theirs, ours):
    """One line for each field that differs: a whole graph in a failure message would hide it."""
    lines = [f"{urn}: only under the CLI" for urn in sorted(theirs.keys() - ours.keys())]
    lines += [f"{urn}: only in the embedded preview" for urn in sorted(ours.keys() - theirs.keys())]
    for urn in sorted(theirs.keys() & ours.keys()):
        for field in sorted(theirs[urn].keys() | ours[urn].keys()):
            cli, embedded = theirs[urn].get(field), ours[urn].get(field)
            if cli != embedded:
                lines.append(f"{urn} {field}: CLI {cli!r}, embedded {embedded!r}")
    return lines


@pytest.fixture
def embedded(stack):
    """The embedded preview's document of the same stack; those that it reads are run with it."""
    return stack.project.embedded(stack.stack)[0]


class TestPreview:
    def test_has_the_same_resources_with_the_same_fields(self, stack, embedded):
        assert differences(by_urn(stack.preview["steps"]), by_urn(embedded["steps"])) == []

    def test_has_the_same_configuration(self, stack, embedded):
        assert embedded.get("config") == stack.preview.get("config")

    def test_counts_the_same_changes(self, stack, embedded):
        assert embedded.get("changeSummary") == stack.preview.get("changeSummary")


class TestUpdate:
    def test_ends_with_the_same_ids_inputs_and_outputs(self, stack):
        (document,) = stack.project.embedded(stack.stack, "--pass", "update")
        simulated = {step["urn"]: results(step["newState"]) for step in document["steps"]}
        deployed = {resource["urn"]: results(resource) for resource in stack.project.state(stack.stack)}
        assert differences({urn: deployed[urn] for urn in deployed if DEFAULT not in urn}, simulated) == []


def results(state):
    """A resource's id, inputs and outputs; but for providers, whose id is random, and whose outputs are inputs."""
    if state["type"].startswith(PROVIDER):
        return {}
    return {field: without_secrets(state.get(field, {})) for field in ("id", "inputs", "outputs")}


def without_secrets(value):
    """A value of the state with its secrets as the embedded preview prints them."""
    if isinstance(value, dict):
        if "plaintext" in value:
            return "[secret]"
        return {key: without_secrets(item) for key, item in value.items()}
    return [without_secrets(item) for item in value] if isinstance(value, list) else value
