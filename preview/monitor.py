"""The engine's side of Pulumi's resource monitor, in process: registers resources by the rules of the real engine.

Rules are those of pulumi/pulumi's `pkg/resource/deploy` (`source_eval.go`, `step_generator.go`,
`default_providers.go`) for a stack that does not exist yet. In a simulated update every computed output has a value
that `preview.outputs` makes up; in a preview it is unknown. What is not modelled is refused by its name.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote

from pulumi.runtime.proto import resource_pb2

from preview import outputs as provider_answers
from preview import urns, values
from preview.project import Project
from preview.state import Diagnostic, EngineError, Resource
from preview.values import UNKNOWN, Properties

STASH_TYPE = "pulumi:index:Stash"
STACK_REFERENCE_TYPE = "pulumi:pulumi:StackReference"
FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
)
"""What the SDK may send. Without the others it refuses transforms, hooks and parameterised packages itself."""

FUNCTIONS: Mapping[str, Callable[[Properties], Properties]] = {}
"""Answers to provider functions (`get_…`) by token, such as `aws:index/getRegion:getRegion`. Any other is refused."""

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}

_Request = resource_pb2.RegisterResourceRequest | resource_pb2.ReadResourceRequest

ReadStack = Callable[[str], Properties]
"""Returns the outputs of the stack that a StackReference names; raises EngineError when there are none."""


class Monitor:
    """Takes the SDK's calls, keeps the resources in the order of their registration, and answers for providers."""

    def __init__(
        self, project: Project, stack: str, config: Mapping[str, str], dry_run: bool, read_stack: ReadStack
    ) -> None:
        self.resources: dict[str, Resource] = {}
        self.outputs: Properties = {}
        self.errors: list[Diagnostic] = []
        self._project = project
        self._stack = stack
        self._config = config
        self._dry_run = dry_run
        self._read_stack = read_stack

    # -- registrations ---------------------------------------------------------------------------------------------

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceResponse:
        """Register a component, a provider or a resource of a provider."""
        if request.remote:
            self._refuse(f"the remote component {request.type} ({request.name})", "write the component in Python")
        resource = self._resource(request)
        if resource.custom:
            resource.provider = self._provider_of(resource, request.providers, request.version)
        self._add(resource)
        if resource.is_provider and request.version:
            resource.inputs["version"] = request.version
        if resource.custom:
            self._create(resource)
        return resource_pb2.RegisterResourceResponse(
            urn=resource.urn,
            id=resource.id,
            object=values.encode(resource.outputs) if resource.custom else None,
            result=resource_pb2.Result.SUCCESS,
        )

    def _resource(self, request: resource_pb2.RegisterResourceRequest) -> Resource:
        parent = self._parent(request)
        properties = {key: sorted(value.urns) for key, value in sorted(request.propertyDependencies.items())}
        resource = Resource(
            urn=urns.make(self._stack, self._project.name, request.parent, request.type, request.name),
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            id=request.importId,
            op="import" if request.importId else "create",
            inputs=values.completed(values.decode(request.object), Path.cwd()),
            provider=request.provider,
            providers={**(parent.providers if parent and not request.custom else {}), **request.providers},
            dependencies=sorted(request.dependencies),
            property_dependencies=properties,
            protect=request.protect,
            retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
            deleted_with=request.deletedWith,
            delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
            additional_secret_outputs=sorted(request.additionalSecretOutputs),
            ignore_changes=sorted(request.ignoreChanges),
            replace_on_changes=sorted(request.replaceOnChanges),
            replace_with=sorted(request.replace_with),
            hide_diff=sorted(request.hideDiffs),
            custom_timeouts=_timeouts(request.customTimeouts),
            source_position=self._position(request.sourcePosition),
        )
        if parent:
            _inherit(resource, parent)
        declared = [_alias(alias) for alias in request.aliases]
        try:
            resource.aliases = urns.aliases(resource.urn, resource.parent, declared, parent.aliases if parent else [])
        except ValueError as error:
            self._fail(f"invalid alias of {resource.name}: {error}", resource)
        return resource

    def _add(self, resource: Resource) -> None:
        if resource.custom and resource.type.count(":") < 2:
            self._fail(f"Type '{resource.type}' is not a valid type token (must have format '*:*:*')", resource)
        if resource.urn in self.resources:
            first = _place(self.resources[resource.urn])
            where = f" (the first is at {first})" if first else ""
            self._fail(f"Duplicate resource URN '{resource.urn}'; try giving it a unique name{where}", resource)
        self.resources[resource.urn] = resource

    def _parent(self, request: _Request) -> Resource | None:
        urn = request.parent
        if urn and urn not in self.resources:
            self._fail(f"could not find parent resource {urn} of {request.type} {request.name}")
        return self.resources[urn] if urn else None

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> values.Empty:
        """Take the outputs of a component, or of the stack itself."""
        resource = self.resources.get(request.urn)
        if resource is None:
            self._fail(f"outputs for {request.urn}, which was never registered")
        resource.outputs = values.completed(values.decode(request.outputs), Path.cwd())
        if resource.type == urns.STACK_TYPE:
            self.outputs = resource.outputs
        return values.Empty()

    # -- providers -------------------------------------------------------------------------------------------------

    def _provider_of(self, resource: Resource, providers: Mapping[str, str], version: str) -> str:
        """Return the reference (`urn::id`) of the provider that serves a resource; providers need none."""
        if resource.is_provider:
            return ""
        package = resource.type.split(":", 1)[0]
        reference = resource.provider or providers.get(package) or ""
        if not reference and resource.parent:
            reference = self.resources[resource.parent].providers.get(package, "")
        if not reference:
            return self._default_provider(package, version, resource)
        urn = reference.rpartition("::")[0]
        if urn not in self.resources:
            self._fail(f"unknown provider '{reference}' for resource {resource.urn}", resource)
        return reference

    def _default_provider(self, package: str, version: str, resource: Resource) -> str:
        """Register the provider that the engine adds by itself, unless the configuration forbids it."""
        if package != "pulumi" and self._denies_default(package):
            message = f"Default provider for '{package}' disabled. '{resource.urn}' must use an explicit provider."
            self._fail(message, resource)
        name = "_".join(["default", *re.split(r"[.+-]", version)]) if version else "default"
        token = f"pulumi:providers:{package}"
        urn = urns.make(self._stack, self._project.name, "", token, name)
        if urn not in self.resources:
            prefix = f"{package}:"
            config = {k.removeprefix(prefix): v for k, v in self._config.items() if k.startswith(prefix)}
            inputs = config | ({"version": version} if version else {}) if package != "pulumi" else {}
            provider = Resource(urn, token, name, custom=True, inputs=inputs, is_default_provider=True)
            self._create(provider)
            self.resources[urn] = provider
        return f"{urn}::{self.resources[urn].id}"

    def _denies_default(self, package: str) -> bool:
        denied = json.loads(self._config.get("pulumi:disable-default-providers") or "[]")
        return any(entry.strip() in ("*", package) for entry in denied)

    def _create(self, resource: Resource) -> None:
        """Answer as the resource's provider would: set its id and its outputs."""
        made_up = str(uuid.uuid5(uuid.NAMESPACE_URL, resource.urn))
        if resource.is_provider:
            resource.id = UNKNOWN if self._dry_run else made_up
            resource.outputs = {key: value for key, value in resource.inputs.items() if key != "version"}
        elif resource.type == STASH_TYPE:
            resource.id = "" if self._dry_run else made_up
            resource.outputs = dict.fromkeys(("input", "output"), resource.inputs.get("input"))
        else:
            resource.outputs = values.marked_like(self._answer(resource), resource.inputs)
        for key in resource.additional_secret_outputs:
            if key in resource.outputs:
                resource.outputs[key] = values.secret(resource.outputs[key])

    def _answer(self, resource: Resource) -> Properties:
        """Ask the generator for a resource's outputs; set its id where there is one already."""
        plain = values.unwrapped(resource.inputs)
        provider = self.resources[resource.provider.rpartition("::")[0]].inputs
        if self._dry_run and resource.op == "create":
            # A provider whose own settings are unknown cannot be asked: everything about its resources is unknown.
            known = not values.has_unknown(provider)
            return provider_answers.planned(resource.type, resource.name, resource.urn, plain) if known else {}
        generated = provider_answers.generate(
            resource.type, resource.name, resource.urn, plain, provider=values.unwrapped(provider)
        )
        resource.id = resource.id or generated.id
        return generated.outputs

    # -- reads and functions ---------------------------------------------------------------------------------------

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> resource_pb2.ReadResourceResponse:
        """Read a resource that Pulumi does not manage, or another stack's outputs."""
        self._parent(request)
        resource = Resource(
            urn=urns.make(self._stack, self._project.name, request.parent, request.type, request.name),
            type=request.type,
            name=request.name,
            custom=True,
            parent=request.parent,
            id=request.id,
            op="read",
            inputs=values.decode(request.properties),
            provider=request.provider,
            dependencies=sorted(request.dependencies),
            additional_secret_outputs=sorted(request.additionalSecretOutputs),
            source_position=self._position(request.sourcePosition),
        )
        if not resource.id:
            self._fail(f"Expected an ID for {resource.urn}", resource)
        resource.provider = self._provider_of(resource, {}, request.version)
        self._add(resource)
        if resource.type == STACK_REFERENCE_TYPE:
            resource.outputs = self._stack_reference(resource)
        else:
            self._create(resource)
        return resource_pb2.ReadResourceResponse(
            urn=resource.urn, id=resource.id, properties=values.encode(resource.outputs)
        )

    def _stack_reference(self, resource: Resource) -> Properties:
        try:
            found = self._read_stack(resource.id)
        except EngineError as error:
            self._fail(str(error), resource)
        secret_names = sorted(key for key, value in found.items() if values.has_secret(value))
        return {"name": resource.id, "outputs": found, "secretOutputNames": secret_names}

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:
        """Answer a provider function from `FUNCTIONS`; look up a resource that a reference names."""
        arguments = values.decode(request.args)
        if request.tok == "pulumi:pulumi:getResource":
            resource = self.resources.get(arguments.get("urn", ""))
            if resource is None:
                self._fail(f"unknown resource {arguments.get('urn')}")
            answer: Properties = {"urn": resource.urn, "id": resource.id, "state": resource.outputs}
        elif request.tok in FUNCTIONS:
            answer = FUNCTIONS[request.tok](arguments)
        else:
            remedy = "take the value from the stack's settings, or add an answer to preview.monitor.FUNCTIONS"
            self._refuse(f"the provider function {request.tok}", remedy)
        response = resource_pb2.ResourceInvokeResponse()
        getattr(response, "return").CopyFrom(values.encode(answer))
        return response

    # -- what is refused -------------------------------------------------------------------------------------------

    def Call(self, request: resource_pb2.ResourceCallRequest) -> NoReturn:
        """Refuse a method of a remote component."""
        self._refuse(f"the method {request.tok}")

    def ExistsResource(self, request: resource_pb2.ExistsResourceRequest) -> NoReturn:
        """Refuse a look at the cloud."""
        self._refuse(f"a look whether {request.type} {request.id} exists")

    def _refuse(self, what: str, remedy: str = "leave it out") -> NoReturn:
        self._fail(f"python -m preview does not model {what}; {remedy}, or preview this stack by `pulumi preview`")

    def _fail(self, message: str, resource: Resource | None = None) -> NoReturn:
        """Stop the registration with an error that names the place in the program, where one is known."""
        place = _place(resource) if resource else ""
        error = Diagnostic(f"{place}: {message}" if place else message, urn=resource.urn if resource else "")
        self.errors.append(error)
        raise EngineError(error.message, error.urn)

    # -- the rest of the protocol ----------------------------------------------------------------------------------

    def GetDeploymentInfo(self, request: values.Empty) -> resource_pb2.DeploymentInfo:
        """Tell the SDK what it may send."""
        return resource_pb2.DeploymentInfo(supportedFeatures=FEATURES)

    def SignalAndWaitForShutdown(self, request: values.Empty) -> values.Empty:
        """Let the program end: nothing outlives it."""
        return values.Empty()

    def _position(self, position: Any) -> str:
        """Return `project:///<file>#<line>`; nothing for code outside the project, whose place differs by machine."""
        path = unquote(position.uri.removeprefix("file://"))
        inside = path.startswith(f"{self._project.directory}/") and "site-packages" not in path
        return f"project:///{path.removeprefix(f'{self._project.directory}/')}#{position.line}" if inside else ""


def _place(resource: Resource) -> str:
    """Return `file:line` of the program that a resource comes from."""
    return resource.source_position.removeprefix("project:///").replace("#", ":")


def _inherit(resource: Resource, parent: Resource) -> None:
    """Give a resource what the engine hands down from its parent; `protect` the SDK has handed down already."""
    resource.deleted_with = resource.deleted_with or parent.deleted_with
    if resource.retain_on_delete is None:
        resource.retain_on_delete = parent.retain_on_delete
    package = resource.type.split(":", 1)[0]
    if resource.custom and not resource.provider and f"::pulumi:providers:{package}::" in parent.provider:
        resource.provider = parent.provider


def _alias(alias: Any) -> urns.Alias:
    if alias.WhichOneof("alias") == "urn":
        return urns.Alias(urn=alias.urn)
    spec = alias.spec
    return urns.Alias("", spec.name, spec.type, spec.stack, spec.project, spec.parentUrn, spec.noParent)


def _timeouts(timeouts: resource_pb2.RegisterResourceRequest.CustomTimeouts) -> dict[str, float]:
    given = {name: getattr(timeouts, name) for name in ("create", "update", "delete", "read")}
    return {name: _seconds(text) for name, text in given.items() if text}


def _seconds(text: str) -> float:
    """Read a duration as Go writes it: `1h30m`, `90s`, `1.5h`."""
    parts = re.findall(r"([0-9.]+)(ns|us|µs|ms|s|m|h)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise EngineError(f"unable to parse customTimeout Value {text}")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    return int(seconds) if seconds == int(seconds) else seconds
