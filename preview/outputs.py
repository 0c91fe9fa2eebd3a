"""What a provider would answer, without a provider: typed, stable outputs for a resource.

Two questions, one for each pass of a preview, both answered from the SDK's own output annotations:

    generate(token, name, urn, inputs, provider=...) -> Generated(id, outputs)   # a simulated update
    planned(token, name, urn, inputs) -> outputs                                 # a preview

`token` is the resource's type (`aws:ec2/vpc:Vpc`); `inputs` are its inputs in camelCase as plain values
(secrets unwrapped); `provider` are the inputs of the provider resource that serves it: account, region and
project in ARNs and paths come from there (`allowedAccountIds`, `region`, `project`, `defaultTags`) unless the
resource gives its own. Answers depend on these arguments alone; they differ by URN and by property.

Inputs always win and come back as outputs. What is missing is filled in:

- an output that is no input, or an optional one that the provider computes when it is left out: the SDK
  annotates both without `Optional`. Other inputs that are left out stay absent, as in the cloud;
- inside an object that the program gave, the computed fields that `preview.shapes` lists, since no annotation
  tells them from optional ones;
- a name that is left out becomes `<logical name>-<7 hex digits>`, as Pulumi's bridged providers make it.

`planned` has `UNKNOWN` in place of each value that a provider would compute; names are known, as they are
under the CLI. Which outputs are secret is not said here: the SDK names them in `additionalSecretOutputs` of
each registration, and an output that repeats a secret input is the caller's to mark.
"""

from __future__ import annotations

import enum
import functools
import hashlib
import importlib
import importlib.util
import json
import re
import sys
import types
import typing
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi._types as sdk
from pulumi import Output
from pulumi.runtime import rpc

from preview import shapes
from preview.values import UNKNOWN

Fill = Callable[[str, Any], Any]
"""Makes the value of one computed output from its path (`identities[0].oidcs`) and its annotation."""

_MAX_DEPTH = 5


@dataclass(frozen=True)
class Generated:
    """A provider's answer to the creation of a resource: its id, and all its outputs in camelCase."""

    id: str
    outputs: dict[str, Any]


def generate(
    token: str, name: str, urn: str, inputs: Mapping[str, Any], *, provider: Mapping[str, Any] | None = None
) -> Generated:
    """Return what a provider would answer after it created the resource."""
    schema = _schema(token)
    answer = _Answer(schema, name, urn, inputs, provider or {})
    return Generated(answer.text("id"), _outputs(schema, inputs, answer.invent))


def planned(token: str, name: str, urn: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs a provider would show in a preview: `UNKNOWN` stands for all it would compute."""
    schema = _schema(token)
    answer = _Answer(schema, name, urn, inputs, {})

    def fill(path: str, annotation: Any) -> Any:
        known = path == schema.name and answer.prefix is None
        return answer.invent(path, annotation) if known else UNKNOWN

    return _outputs(schema, inputs, fill)


@dataclass(frozen=True)
class _Schema:
    """What one resource type has: read once, from its SDK class and from `preview.shapes`."""

    package: str
    service: str
    kind: str
    name: str | None
    """Path of the property that names the resource in its cloud; None for those that have only an id."""
    outputs: Mapping[str, Any]
    """Annotation of each output, without `Output[]` and `Optional[]`."""
    computed: tuple[str, ...]
    """Outputs that the provider fills in when the program leaves them out."""
    inputs: frozenset[str]
    templates: Mapping[str, str]
    """The templates of `preview.shapes` for this type, by path."""
    listed: Mapping[str, tuple[str, ...]]
    """What `templates` has directly within each path; within "", the resource itself."""


@functools.cache
def _schema(token: str) -> _Schema:
    package, module, kind = token.split(":", 2)
    cls = _resource_class(token)
    outputs = sdk.resource_types(cls) if cls else {}
    hints = sdk._raw_return_hints(cls) if cls else {}
    merged = {**shapes.TEMPLATES.get(package, {}), **shapes.TEMPLATES.get(token, {})}
    templates = {path: template for path, template in merged.items() if template is not None}
    listed: dict[str, list[str]] = {"": []}
    for path in templates:
        parent, _, key = path.rpartition(".")
        listed.setdefault(parent, []).append(key)
    if package == "kubernetes":  # its annotations do not tell what is computed: the status is, in every type
        computed = ["status"] if "status" in outputs else []
    else:
        computed = [key for key in outputs if key in hints and not _optional(hints[key])]
    computed += [key for key in listed[""] if key not in computed and key != "id"]
    inputs = _input_names(cls)
    service = module.split("/", 1)[0]
    return _Schema(
        package=package,
        service=shapes.SERVICES.get(service, service),
        kind=_uncapitalized(kind),
        name=_name_property(package, kind, inputs),
        outputs=outputs,
        computed=tuple(computed),
        inputs=inputs,
        templates=templates,
        listed={parent: tuple(keys) for parent, keys in listed.items()},
    )


def _resource_class(token: str) -> type | None:
    """Find a token's class by the SDKs' own registry; None for a type that no installed SDK has."""
    package, module, _ = token.split(":", 2)
    library = f"pulumi_{package.replace('-', '_')}"
    if importlib.util.find_spec(library) is None:
        return None
    importlib.import_module(library)
    info = getattr(rpc.get_resource_module(package, module, ""), "mod_info", None)
    if info is None or token not in info["classes"]:
        return None
    return getattr(importlib.import_module(info["fqn"]), info["classes"][token])


def _input_names(cls: type | None) -> frozenset[str]:
    args = getattr(sys.modules[cls.__module__], f"{cls.__name__}Args", None) if cls else None
    return frozenset(sdk.input_type_py_to_pulumi_names(args).values()) if args else frozenset()


def _name_property(package: str, kind: str, inputs: frozenset[str]) -> str | None:
    """Return the path of the input that names a resource: `name`, `clusterName`, `identifier`, `bucket`, …"""
    if package == "kubernetes":
        return "name" if kind == "Release" else "metadata.name"
    noun = _uncapitalized(re.sub(r"V\d$", "", kind))
    names = ("name", f"{noun}Name", f"{noun}Identifier", "identifier", f"{noun}Id", noun)
    return next((name for name in names if name in inputs), None)


def _uncapitalized(text: str) -> str:
    return text[:1].lower() + text[1:]


def _optional(hint: Any) -> bool:
    """Tell whether a getter's annotation, `Output[...]` or not, admits None."""
    inner = typing.get_args(hint)[0] if typing.get_origin(hint) is Output else hint
    return type(None) in typing.get_args(inner)


def _outputs(schema: _Schema, inputs: Mapping[str, Any], fill: Fill) -> dict[str, Any]:
    """Complete a resource's inputs to its outputs."""
    given = {"metadata": {}, **inputs} if schema.package == "kubernetes" and schema.name != "name" else inputs
    result = _object(schema, given, "", schema.outputs, fill)
    for key in schema.computed:
        if result.get(key) is None:
            result[key] = fill(key, schema.outputs.get(key, str))
    return result


def _object(
    schema: _Schema, given: Mapping[str, Any], path: str, known: Mapping[str, Any], fill: Fill
) -> dict[str, Any]:
    """Complete the objects within a given one, and add what is listed within `path` itself."""
    within = f"{path}." if path else ""
    result = {key: _value(schema, value, within + key, known.get(key), fill) for key, value in given.items()}
    for key in schema.listed.get(_bare(path), ()) if path else ():
        if result.get(key) is None:
            result[key] = fill(within + key, known.get(key, str))
    return result


def _value(schema: _Schema, value: Any, path: str, annotation: Any, fill: Fill) -> Any:
    if isinstance(value, Mapping):
        return _object(schema, value, path, _fields(annotation), fill)
    if isinstance(value, Sequence) and not isinstance(value, str):
        element = next(iter(typing.get_args(annotation)), None)
        return [_value(schema, item, f"{path}[{index}]", element, fill) for index, item in enumerate(value)]
    return value


def _fields(annotation: Any) -> Mapping[str, Any]:
    """Return the annotations within an output type; none for maps and for what is not annotated."""
    if isinstance(annotation, type) and sdk.is_output_type(annotation):
        return sdk.output_type_types(annotation)
    return {}


def _bare(path: str) -> str:
    """Return a path without indexes, as `preview.shapes` writes it."""
    return re.sub(r"\[\d+\]", "", path) if "[" in path else path


class _Answer:
    """Makes the computed values of one resource; its methods take paths such as `identities[0].oidcs`."""

    def __init__(
        self, schema: _Schema, name: str, urn: str, inputs: Mapping[str, Any], provider: Mapping[str, Any]
    ) -> None:
        self.schema = schema
        self.logical_name = name
        self.urn = urn
        self.inputs = inputs
        self.provider = provider
        self.prefix: str | None = inputs.get(f"{schema.name}Prefix")

    def invent(self, path: str, annotation: Any, within: tuple[Any, ...] = ()) -> Any:
        """Make a value of the annotated type; objects in full, lists and maps with one element.

        `within` holds the types around it: none is made inside itself. A list of objects or a map that the
        program could have given is empty, since it chose to leave it out.
        """
        while typing.get_origin(annotation) in (typing.Union, types.UnionType):
            annotation = next(arg for arg in typing.get_args(annotation) if arg is not type(None))
        origin, args = typing.get_origin(annotation), typing.get_args(annotation)
        if path in ("tagsAll", "effectiveLabels", "pulumiLabels"):
            return self._labels(path)
        if origin is typing.Literal:
            return args[0]
        if fields := _fields(annotation):
            if annotation in within or len(within) == _MAX_DEPTH:
                return {}
            inner = (*within, annotation)
            return {key: self.invent(f"{path}.{key}", kind, inner) for key, kind in fields.items()}
        if origin is not None:
            element = args[-1]
            scalar = not _fields(element) and typing.get_origin(element) is None
            if path in self.schema.inputs and (not scalar or issubclass(origin, Mapping)):
                return {} if issubclass(origin, Mapping) else []
            if issubclass(origin, Mapping):
                return {"key": self.invent(f"{path}.key", element, within)}
            return [self.invent(f"{path}[0]", element, within)]
        return self._scalar(path, annotation)

    def _scalar(self, path: str, annotation: Any) -> Any:
        if annotation is bool:
            return self.schema.templates.get(_bare(path)) == "true"
        if annotation in (int, float):
            return annotation(self.schema.templates.get(_bare(path)) or 1 + self._number(path) % 1000)
        if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
            return next(iter(annotation)).value
        return self.text(path)

    def text(self, path: str) -> str:
        """Render the template of a path, or the one for properties of such a name."""
        bare = _bare(path)
        template = self.schema.templates.get(bare)
        if path == self.schema.name and (template is None or self.prefix is not None):
            template = "{auto}"
        if template is None:
            template = shapes.default(self.schema.package, bare)
        return template.format_map(_Words(self, path))

    def word(self, word: str, path: str) -> str:
        """Return what `{word}` stands for in the template of a path; `preview.shapes` explains the words."""
        match word:
            case "hex":
                return self._digest(path)
            case "HEX":
                return self._digest(path).upper()
            case "digits":
                return str(self._number(path))
            case "octet":
                return str(1 + self._number(path) % 254)
            case "octets":
                return f"{self._number(path) // 256 % 256}.{self._number(path) % 256}"
            case "publicAddress":
                six = self._given("ipVersion") == "IPV6"
                return f"2001:db8::{self._digest(path):.4}" if six else f"203.0.113.{self.word('octet', path)}"
            case "uuid":
                return str(uuid.UUID(self._digest(path)[:32], version=4))
            case "property":
                return _bare(path).rpartition(".")[2]
            case "kind" | "service":
                return getattr(self.schema, word)
            case "auto":
                return f"{self.prefix or f'{self.logical_name}-'}{self._digest('name'):.7}"
            case "label":
                return (
                    self.property(self.schema.name)
                    if self.schema.name
                    else f"{self.logical_name}-{self._digest('name'):.7}"
                )
            case "account" | "region" | "partition" | "project" | "zone":
                return getattr(self, f"_{word}")()
            case "host":
                return self.property("url").removeprefix("https://")
            case "namespace" if self.schema.name == "metadata.name":
                return self.property("metadata.namespace")
        return self.property(word, path)

    def property(self, name: str, beside: str = "") -> str:
        """Return a property as text: of the object around the path `beside`, or else of the resource.

        What the program did not give is filled in as the provider would.
        """
        value = self._given(f"{beside.rpartition('.')[0]}.{name}")
        if value is None:
            value = self._given(name)
        if value is None:
            return self.text(name)
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

    def _given(self, path: str) -> Any:
        value: Any = self.inputs
        for key in re.findall(r"[^.\[\]]+", path):
            if isinstance(value, Mapping):
                value = value.get(key)
            else:
                value = value[int(key)] if isinstance(value, Sequence) and key.isdigit() else None
        return value

    def _account(self) -> str:
        accounts = _decoded(self.provider.get("allowedAccountIds"))
        return str(accounts[0]) if accounts else shapes.SAMPLES["account"]

    def _region(self) -> str:
        region = self.inputs.get("region") or self.provider.get("region")
        return str(region or shapes.SAMPLES[f"{self.schema.package}:region"])

    def _partition(self) -> str:
        region = self._region()
        return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"

    def _project(self) -> str:
        return str(self.inputs.get("project") or self.provider.get("project") or shapes.SAMPLES["project"])

    def _zone(self) -> str:
        return str(self.inputs.get("zone") or self.provider.get("zone") or f"{self._region()}-a")

    def _labels(self, path: str) -> dict[str, Any]:
        """Return the tags or labels that a resource ends up with: the provider's defaults under its own."""
        if path == "tagsAll":
            defaults = (_decoded(self.provider.get("defaultTags")) or {}).get("tags") or {}
            return {**defaults, **(self.inputs.get("tags") or {})}
        return {**(_decoded(self.provider.get("defaultLabels")) or {}), **(self.inputs.get("labels") or {})}

    def _digest(self, path: str) -> str:
        return hashlib.sha256(f"{self.urn}\0{path}".encode()).hexdigest()

    def _number(self, path: str) -> int:
        return int(self._digest(path)[:12], 16)


class _Words(dict[str, str]):
    """The words of one template, made when the template asks for them."""

    def __init__(self, answer: _Answer, path: str) -> None:
        super().__init__()
        self._answer = answer
        self._path = path

    def __missing__(self, word: str) -> str:
        return self._answer.word(word, self._path)


def _decoded(value: Any) -> Any:
    """Decode a provider's input: bridged providers get lists and objects as JSON text."""
    return json.loads(value) if isinstance(value, str) else value
