"""Whether an object has the shape that a cluster asks for, a built-in one or one of a custom resource definition."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import kubernetes_validate
from jsonschema import Draft202012Validator

from tests.kubernetes.manifests import Manifest

Definitions = Mapping[tuple[str, str], Mapping[str, Any]]
"""Schemas of custom resources by API version and kind."""


def built_in(thing: Manifest) -> bool:
    """Whether Kubernetes itself serves the object's API; groups of others have a domain of their own."""
    group, _, version = thing["apiVersion"].rpartition("/")
    own = not group or "." not in group or (group.endswith(".k8s.io") and group not in EXTENSIONS)
    return bool(version) and own


# Groups below k8s.io whose kinds a cluster learns from definitions.
EXTENSIONS = frozenset(
    {
        "gateway.networking.k8s.io",
        "metrics.k8s.io",
        "policy.networking.k8s.io",
        "snapshot.storage.k8s.io",
        "wgpolicyk8s.io",
    }
)


def problems(thing: Manifest, version: str) -> list[str]:
    """What a cluster of a version would refuse about one of Kubernetes' own objects, unknown fields included."""
    try:
        kubernetes_validate.validate(dict(thing), version, strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        return [f"Kubernetes {version} has no {thing['kind']} in {thing['apiVersion']}"]
    except kubernetes_validate.ValidationError as wrong:
        return [f"{'.'.join(map(str, wrong.path))}: {wrong.message[:300]}"]
    return []


def definitions(things: Iterable[Manifest]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The schemas of the custom resource definitions among some objects, of each version that is served."""
    return {
        (f"{thing['spec']['group']}/{version['name']}", thing["spec"]["names"]["kind"]): closed(
            version["schema"]["openAPIV3Schema"]
        )
        for thing in things
        if thing.get("kind") == "CustomResourceDefinition"
        for version in thing["spec"]["versions"]
        if version["served"]
    }


def closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema as an API server keeps to it when it validates fields: what it does not name is refused.

    Patterns are left out: they are written for Go.
    """
    made = {key: value for key, value in schema.items() if key not in ("format", "pattern")}
    if schema.get("x-kubernetes-int-or-string"):
        made.pop("type", None)
        made["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    if schema.get("nullable") and "type" in made:
        made["type"] = [made["type"], "null"]
        made.pop("enum", None)
    if "properties" in schema:
        made["properties"] = {name: closed(inner) for name, inner in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields") and "additionalProperties" not in schema:
            made["additionalProperties"] = False
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), Mapping):
            made[key] = closed(schema[key])
    return made


def custom_problems(thing: Manifest, known: Definitions) -> Iterator[str]:
    """What a cluster would refuse about a custom resource; its definition must be known."""
    schema = dict(known[(thing["apiVersion"], thing["kind"])])
    schema["properties"] = {
        **schema.get("properties", {}),
        **{key: {} for key in ("apiVersion", "kind", "metadata")},
    }
    for wrong in Draft202012Validator(schema).iter_errors(dict(thing)):
        yield f"{'.'.join(map(str, wrong.absolute_path))}: {wrong.message[:300]}"
