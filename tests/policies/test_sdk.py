"""Tokens and property names against the installed provider SDKs: a misspelt one would pass everything unseen."""

import importlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

import pulumi_aws
import pulumi_gcp
import pulumi_kubernetes
import pytest
from guardrails.model import ResourceRule, Rule
from guardrails.subject import Node, Resource
from pulumi import _types

from stacks.contracts import Inventory
from tests.policies.harness import RULES, Subject, all_cases, judge, servicer, subjects

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SDKS = (pulumi_aws, pulumi_gcp)

# Kinds that custom resource definitions bring to a cluster, of which the SDK knows nothing.
CUSTOM = ("kubernetes:argoproj.io/", "kubernetes:security.istio.io/")

# Providers of SDKs that are not installed here; rules on them read no property.
ABSENT = {"pulumi:providers:aws-native", "pulumi:providers:awsx", "pulumi:providers:eks"}
ENGINE_TYPES = {"pulumi:pulumi:Stack", "pulumi:providers:aws", "pulumi:providers:kubernetes", *ABSENT}

# Components of ours, whose inputs rules judge: the types of what the program gives them.
OURS = {
    "multicloud:crosscloud:Contract": {"primary": Inventory, "standby": Inventory, "tunnels": Sequence[str]},
}


@cache
def aliases() -> dict[str, set[str]]:
    """For each current token the older tokens that the SDK still knows."""
    found: dict[str, set[str]] = {}
    files = [file for sdk in SDKS for file in Path(sdk.__file__).parent.glob("*/*.py")]
    files += Path(pulumi_kubernetes.__file__).parent.glob("*/v*/[A-Z]*.py")
    for file in files:
        text = file.read_text(encoding="utf-8")
        if "pulumi.Alias(type_=" not in text:
            continue
        token = re.search(r"super\(\w+, __self__\)\.__init__\(\s*'([^']+)'", text)
        assert token, file
        found[token[1]] = set(re.findall(r'pulumi\.Alias\(type_="([^"]+)"', text)) - {token[1]}
    return found


def resource_class(token: str) -> type:
    if kubernetes := re.fullmatch(r"kubernetes:(\w+)[\w.]*/(\w+):(\w+)", token):
        group, version, kind = kubernetes.groups()
        return getattr(importlib.import_module(f"pulumi_kubernetes.{group}.{version}"), kind)
    package, module, name = re.sub(r"/\w+", "", token).split(":")
    if module == "providers":
        package, module, name = name, "provider", "Provider"
    return getattr(importlib.import_module(f"pulumi_{package}.{module}"), name)


@cache
def input_types(token: str) -> dict[str, Any]:
    if token in ABSENT:
        return {}
    if token in OURS:
        return OURS[token]
    cls = resource_class(token)
    module = importlib.import_module(cls.__module__)
    name = cls.__name__
    return _types.input_type_types(getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args"))


def test_every_token_is_one_the_sdk_registers() -> None:
    registrations = "".join(Path(sdk.__file__).read_text(encoding="utf-8") for sdk in SDKS)
    registered = set(re.findall(r'"(\w+:[\w/]+:\w+)":', registrations))
    known = registered | {old for olds in aliases().values() for old in olds}
    tokens = {token for rule in RULES.values() for token in rule.types if not token.startswith(CUSTOM)}
    known |= {token for token in tokens if token.startswith("kubernetes:") and resource_class(token)}
    assert tokens - known - ENGINE_TYPES - OURS.keys() == set()


def test_no_alias_of_a_type_is_left_out() -> None:
    for rule in RULES.values():
        missing = {old for token in rule.types for old in aliases().get(token, set())} - set(rule.types)
        assert not missing, rule.id


def unknown_keys(types: Any, value: Any, path: str = "") -> Iterator[str]:
    """Keys in a case's inputs that the SDK's input types don't have."""
    if is_typeddict(types):
        types = get_type_hints(types)
    if get_origin(types) in (list, tuple) or "Sequence" in str(get_origin(types)):
        for each in value if isinstance(value, list) else []:
            yield from unknown_keys(get_args(types)[0], each, path)
    elif isinstance(value, dict) and get_origin(types) is Mapping:
        for key, inner in value.items():
            yield from unknown_keys(get_args(types)[1], inner, f"{path}.{key}")
    elif isinstance(value, dict) and isinstance(types, type) and _types.is_input_type(types):
        yield from unknown_keys(_types.input_type_types(types), value, path)
    elif isinstance(value, dict) and isinstance(types, dict):
        for key, inner in value.items():
            if key.startswith("4dabf181"):
                return
            if key not in types:
                yield f"{path}.{key}"
            else:
                yield from unknown_keys(types[key], inner, f"{path}.{key}")


def current(token: str) -> str:
    """The token whose class describes an alias; each version of a Kubernetes kind has a class of its own."""
    if token.startswith("kubernetes:"):
        return token
    return next((new for new, olds in aliases().items() if token in olds), token)


@pytest.mark.parametrize("rule", all_cases(), ids=str)
def test_cases_are_made_of_properties_that_the_sdk_has(rule: str) -> None:
    for subject in subjects(all_cases()[rule]):
        for each in [subject] if isinstance(subject, Subject) else subject:
            if each.type.startswith("kubernetes:"):
                continue  # Its properties are Kubernetes' own, and a custom resource's nobody's.
            assert not list(unknown_keys(input_types(current(each.type)), dict(each.inputs), each.type))


def has_path(token: str, path: str) -> bool:
    if token.startswith(CUSTOM):
        return True
    types: Any = input_types(current(token))
    for key in re.sub(r"\[\d+\]", "", path).split("."):
        while get_args(types) and get_origin(types) is not Mapping:
            types = get_args(types)[0]
        if get_origin(types) is Mapping:
            types = get_args(types)[1]
            if types in (Any, str) or str in get_args(types):
                return True  # The keys are the caller's own, and may have dots.
            continue
        if is_typeddict(types):
            types = get_type_hints(types)
        if isinstance(types, type):
            types = _types.input_type_types(types)
        if key not in types:
            return False
        types = types[key]
    return True


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """Every property that rules read, with the type it was read from."""
    found: set[tuple[str, str]] = set()
    token = ""
    read = Node._read

    def noted(self: Node, path: str) -> object:
        nonlocal token
        if isinstance(self, Resource):
            token = self.type
        found.add((token, self.at(path)))
        return read(self, path)

    monkeypatch.setattr(Node, "_read", noted)
    return found


@pytest.mark.parametrize("rule", [RULES[rule] for rule in all_cases()], ids=lambda rule: rule.id)
def test_rules_read_and_name_properties_that_the_sdk_has(rule: Rule, reads: set[tuple[str, str]]) -> None:
    analyzer = servicer([rule])
    cases = all_cases()[rule.id]
    for subject in subjects(cases):
        judge(analyzer, subject)
    named = {(subject.type, path) for subject, path in cases.fails if path and isinstance(rule, ResourceRule)}
    assert {found for found in reads | named if not has_path(*found)} == set()


@pytest.mark.parametrize("rule", [RULES[rule] for rule in all_cases()], ids=lambda rule: rule.id)
def test_a_rule_that_reads_a_property_is_tried_with_an_unknown_one(rule: Rule, reads: set[tuple[str, str]]) -> None:
    cases = all_cases()[rule.id]
    analyzer = servicer([rule])
    for subject in [*cases.passes, *(subject for subject, _ in cases.fails)]:
        judge(analyzer, subject)
    assert bool(cases.unknown) == bool(reads)
