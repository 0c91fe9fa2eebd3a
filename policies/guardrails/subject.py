"""What rules read: resources and stacks behind the SDK's proxies, with reads that tell absent from unknown.

The SDK hands a policy proxies that are neither dict nor list, numbers that are floats, and an exception at the first
read of an unknown value. A read here notes the unknown and cuts short only the check it was made for
(`guardrails.checks.isolated`), so that one unknown hides no other fault.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol

from pulumi_policy import PolicyResource, PolicyResourceOptions
from pulumi_policy.proxy import UNKNOWN_OBJECT_VALUE, UnknownValueError


class Described(Protocol):
    """What the SDK tells of a resource, in a resource policy's arguments and in a stack's list alike."""

    resource_type: str
    props: Mapping[str, object]
    urn: str
    name: str
    opts: PolicyResourceOptions


class Node:
    """A resource's properties, or an object within them.

    Paths are dotted, in the engine's camelCase; a dot within a key, as some charts' values have, is written `\\.`.
    """

    def __init__(
        self, props: Mapping[str, object], path: str, unknown: list[UnknownValueError], config: Mapping[str, object]
    ) -> None:
        self._props = props
        self._path = path
        self._unknown = unknown
        self._config = config

    def at(self, path: str) -> str:
        """The path from the resource down, as findings name it."""
        path = path.replace("\\.", ".")
        return f"{self._path}.{path}" if self._path and path else self._path or path

    def limit(self, setting: str) -> float:
        """A setting of the rule at work that is a number, as configured or by default."""
        value = self._config[setting]
        if not isinstance(value, int | float):
            raise TypeError(f"the setting {setting} must be a number")
        return value

    def choices(self, setting: str) -> list[object]:
        """A setting of the rule at work that is a list, as configured or by default."""
        value = self._config[setting]
        if not isinstance(value, list):
            raise TypeError(f"the setting {setting} must be a list")
        return value

    def reasons(self, setting: str) -> Mapping[str, str]:
        """A setting of the rule at work that gives a reason for each of its exceptions; without one there is none."""
        value = self._config[setting]
        if not isinstance(value, Mapping):
            raise TypeError(f"the setting {setting} must be an object")
        return {name: reason for name, reason in value.items() if isinstance(reason, str) and reason.strip()}

    def has(self, path: str) -> bool:
        """Whether a value is there: not absent, null, or an empty string, list or object."""
        value = self._read(path)
        return value is not None and value != "" and not (isinstance(value, Sequence | Mapping) and len(value) == 0)

    def flag(self, path: str, default: bool = False) -> bool:
        """A boolean; some properties, such as a launch template's, spell it as text."""
        value = self._read(path)
        if value is None or value == "":
            return default
        if isinstance(value, str):
            return value.lower() == "true"
        return bool(value)

    def text(self, path: str, default: str = "") -> str:
        """A string."""
        value = self._read(path)
        return default if value is None else _text(value, self.at(path))

    def number(self, path: str, default: float = 0) -> float:
        """A number; JSON knows no integers."""
        value = self._read(path)
        if value is None:
            return default
        if not isinstance(value, int | float | str):
            raise TypeError(f"{self.at(path)} is not a number")
        return float(value)

    def texts(self, path: str) -> list[str]:
        """A list of strings as a whole, unknown if an element is: for checks that need something to be in it."""
        return [_text(value, at) for at, value in self._elements(path, whole=True)]

    def count(self, path: str) -> int:
        """How many elements a list has, whatever they are; unknown if one is."""
        return sum(1 for _ in self._elements(path, whole=True))

    def known_texts(self, path: str) -> Iterator[tuple[str, str]]:
        """The known ones of a list of strings (or of a single one), each with its path; unknown ones are noted."""
        for at, value in self._elements(path, whole=False):
            yield at, _text(value, at)

    def items(self, path: str, *, whole: bool = False) -> Iterator["Node"]:
        """The objects of a list (or a single one). Unknown ones are noted and left out, or end a `whole` read."""
        for at, value in self._elements(path, whole=whole):
            if not isinstance(value, Mapping):
                raise TypeError(f"{at} is not an object")
            yield Node(value, at, self._unknown, self._config)

    def entries(self, path: str, *, whole: bool = False) -> Iterator[tuple[str, "Node"]]:
        """The objects of a mapping by their keys. Unknown ones are noted and left out, or end a `whole` read."""
        try:
            found = self._read(path)
        except UnknownValueError:
            if whole:
                raise
            return
        if not isinstance(found, Mapping):
            return
        for key in sorted(found):
            try:
                value = found[key]
            except UnknownValueError as unknown:
                self._unknown.append(unknown)
                if whole:
                    raise
                continue
            at = f"{self.at(path)}.{key}"
            if not isinstance(value, Mapping):
                raise TypeError(f"{at} is not an object")
            yield key, Node(value, at, self._unknown, self._config)

    def names(self) -> list[str]:
        """The names of what is within, those of unknown values included."""
        return sorted(self._props)

    def leaves(self) -> Iterator[tuple[str, str]]:
        """Every known text within, each with its path; unknown values are noted."""
        yield from self._leaves(self._props, self._path)

    def _leaves(self, value: object, at: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, str):
            yield at, value
        elif isinstance(value, Mapping):
            for key in sorted(value):
                yield from self._inner(partial(value.__getitem__, key), f"{at}.{key}" if at else key)
        elif isinstance(value, Sequence):
            for index in range(len(value)):
                yield from self._inner(partial(value.__getitem__, index), f"{at}[{index}]")

    def _inner(self, read: Callable[[], object], at: str) -> Iterator[tuple[str, str]]:
        try:
            value = read()
        except UnknownValueError as unknown:
            self._unknown.append(unknown)
        else:
            yield from self._leaves(value, at)

    def _read(self, path: str) -> object:
        """The value at a path, None where it or an object on the way is absent."""
        value: object = self._props
        for key in _keys(path):
            if not isinstance(value, Mapping):
                return None
            try:
                value = value[key]
            except KeyError:
                return None
            except UnknownValueError as unknown:
                self._unknown.append(unknown)
                raise
        return value

    def _elements(self, path: str, *, whole: bool) -> Iterator[tuple[str, object]]:
        """Elements of a list, or a single value, with their paths; an unknown one ends a `whole` read."""
        try:
            value = self._read(path)
        except UnknownValueError:
            if whole:
                raise
            return
        if value is None:
            return
        if isinstance(value, str) or not isinstance(value, Sequence):
            yield self.at(path), value
            return
        for index in range(len(value)):
            try:
                yield f"{self.at(path)}[{index}]", value[index]
            except UnknownValueError as unknown:
                self._unknown.append(unknown)
                if whole:
                    raise


class _NothingKnown(Mapping[str, object]):
    """Outputs of a resource whose provider cannot be asked yet, as of everything in a cluster that is yet to be made.

    The engine tells them as an empty object, which would read as if nothing were set.
    """

    def __getitem__(self, key: str) -> object:
        raise UnknownValueError(UNKNOWN_OBJECT_VALUE, [key])

    def __iter__(self) -> Iterator[str]:
        raise UnknownValueError(UNKNOWN_OBJECT_VALUE, [])

    def __len__(self) -> int:
        return 1


class Resource(Node):
    """A resource: its inputs in a resource rule, its outputs in a stack rule."""

    def __init__(self, described: Described, unknown: list[UnknownValueError], config: Mapping[str, object]) -> None:
        known = described.props or not isinstance(described, PolicyResource)
        super().__init__(described.props if known else _NothingKnown(), "", unknown, config)
        self._described = described

    @property
    def type(self) -> str:
        """The type token, such as `aws:eks/cluster:Cluster`."""
        return self._described.resource_type

    @property
    def urn(self) -> str:
        """The resource's URN."""
        return self._described.urn

    @property
    def name(self) -> str:
        """The logical name."""
        return self._described.name

    @property
    def stack(self) -> str:
        """The name of the resource's stack."""
        return stack_of(self.urn)

    @property
    def protected(self) -> bool:
        """Whether Pulumi refuses to delete the resource."""
        return bool(self._described.opts.protect)

    def references(self, path: str) -> frozenset[str]:
        """URNs of the resources that a property is made from. Stack rules only; known even where the value is not."""
        if not isinstance(self._described, PolicyResource):
            raise TypeError("only a stack rule sees what a property is made from")
        return frozenset(found.urn for found in self._described.property_dependencies.get(path, ()))


class StackIndex:
    """A stack's resources by type, shared by all rules that judge it."""

    def __init__(self, resources: Sequence[Described]) -> None:
        self.by_type: dict[str, list[Described]] = {}
        for resource in sorted(resources, key=lambda resource: resource.urn):
            self.by_type.setdefault(resource.resource_type, []).append(resource)


class Stack:
    """A stack under one rule; resources come in the order of their URNs, whatever order the engine made them in."""

    def __init__(self, index: StackIndex, unknown: list[UnknownValueError], config: Mapping[str, object]) -> None:
        self._index = index
        self._unknown = unknown
        self._config = config

    def of_type(self, *types: str) -> list[Resource]:
        """The resources of some types."""
        return [
            Resource(described, self._unknown, self._config)
            for token in types
            for described in self._index.by_type.get(token, ())
        ]

    def of_kind(self, *beginnings: str) -> list[Resource]:
        """The resources whose types begin with one of some texts, by type."""
        return self.of_type(*sorted(token for token in self._index.by_type if token.startswith(beginnings)))

    def urns(self) -> list[str]:
        """Every resource's URN."""
        return [described.urn for found in self._index.by_type.values() for described in found]


def stack_of(urn: str) -> str:
    """The stack's name in a URN: `urn:pulumi:<stack>::<project>::…`."""
    return urn.removeprefix("urn:pulumi:").split("::", 1)[0]


def _keys(path: str) -> list[str]:
    if "\\" not in path:
        return path.split(".")
    return [key.replace("\0", ".") for key in path.replace("\\.", "\0").split(".")]


def _text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{path} is not a string")
    return value
