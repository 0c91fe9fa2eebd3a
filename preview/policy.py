"""Runs a CrossGuard pack in Python over a finished run, through Pulumi's Analyzer protocol but in this process.

The pack is the one that `pulumi preview --policy-pack DIR` takes. Its `__main__.py` builds a `PolicyPack`, which would
serve for ever: the servicer is caught on its way to the gRPC server instead. As in the engine (`step_generator.go`),
Analyze sees each resource's inputs (the stack, components and providers included, reads not) and AnalyzeStack all
outputs. Unlike in the engine a violation stops nothing: all of them are gathered. A policy of the level `remediate` is
judged as mandatory, and changes nothing.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import runpy
import sys
import traceback
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi.runtime
from pulumi.runtime.proto import analyzer_pb2

from preview import scoped, urns, values, yaml_v3
from preview.project import Project, ProjectError
from preview.run import ORGANIZATION, Run
from preview.state import Resource

_LEVELS = {"advisory": analyzer_pb2.ADVISORY, "mandatory": analyzer_pb2.MANDATORY, "disabled": analyzer_pb2.DISABLED}
_LEVELS["remediate"] = analyzer_pb2.REMEDIATE
_SKIPPED = "can't run policy "
"""How pulumi_policy begins the message of a rule that met an unknown value."""

Finding = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What a pack found: violations, and rules that could not be decided; both sorted, as dicts for the document."""

    violations: list[Finding]
    skips: list[Finding]


class _Caught(BaseException):
    """Carries the servicer out of the pack; no `except Exception` of the pack's can stop it."""

    def __init__(self, servicer: Any) -> None:
        self.servicer = servicer


def judge(run: Run, project: Project, pack: Path, settings: Mapping[str, Any]) -> Verdict:
    """Run the pack in `pack` over a run's resources. `settings` is the content of `--policy-pack-config`."""
    return contextvars.copy_context().run(_judge, run, project, pack, settings)


def _judge(run: Run, project: Project, pack: Path, settings: Mapping[str, Any]) -> Verdict:
    with _pack_environment(pack):
        _configure_sdk(run, project)
        servicer = _load(pack)
        info = servicer.GetAnalyzerInfo(values.Empty(), None)
        policies = {policy.name: policy for policy in info.policies}
        servicer.Configure(_configuration(info, settings), None)
        servicer.ConfigureStack(
            analyzer_pb2.AnalyzerStackConfigureRequest(
                stack=run.stack, project=project.name, organization=ORGANIZATION, dry_run=run.dry_run
            ),
            None,
        )
        return _Judge(run, servicer, info.name, policies).verdict()


@contextlib.contextmanager
def _pack_environment(pack: Path) -> Generator[None]:
    """Be where the language host runs a pack: its folder current and first on the path, nothing on standard output."""
    before, path = os.getcwd(), list(sys.path)
    os.chdir(pack)
    sys.path.insert(0, str(pack))
    # The servicer would read these again for each resource; the SDK has the configuration already.
    unset = {"PULUMI_CONFIG": None, "PULUMI_CONFIG_SECRET_KEYS": None}
    try:
        with scoped.environment(unset), contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.chdir(before)
        sys.path[:] = path


def _configure_sdk(run: Run, project: Project) -> None:
    """Let policies ask the SDK for the stack's name and configuration, as they can under the CLI."""
    secret_keys = [key for key, value in run.config.items() if value.secret]
    pulumi.runtime.set_all_config({key: value.text for key, value in run.config.items()}, secret_keys)
    pulumi.runtime.configure(
        pulumi.runtime.Settings(project=project.name, stack=run.stack, dry_run=run.dry_run, organization=ORGANIZATION)
    )


def _load(pack: Path) -> Any:
    """Execute the pack's program up to where it would start to serve, and return its servicer."""
    manifest = pack / "PulumiPolicy.yaml"
    if not manifest.is_file():
        raise ProjectError(f"{pack} has no PulumiPolicy.yaml; it is not a policy pack")
    content = yaml_v3.load(manifest.read_text("utf-8"), manifest.name) or {}
    runtime = content.get("runtime")
    if (runtime.get("name") if isinstance(runtime, dict) else runtime) != "python":
        raise ProjectError(f"{manifest}: only packs in python can be run in process")
    from pulumi_policy import policy

    def catch(servicer: Any, _server: Any) -> None:
        raise _Caught(servicer)

    try:
        with (
            scoped.replaced(policy.grpc, "server", lambda *_args, **_options: None),
            scoped.replaced(policy.analyzer_pb2_grpc, "add_AnalyzerServicer_to_server", catch),
        ):
            runpy.run_path(str(pack / content.get("main", "")), run_name="__main__")
    except _Caught as caught:
        return caught.servicer
    except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever the pack raises is its fault to report)
        raise ProjectError(f"the policy pack {pack.name} does not load: {_described(error)}") from None
    raise ProjectError(f"the policy pack {pack.name} builds no PolicyPack in its __main__.py")


def _configuration(
    info: analyzer_pb2.AnalyzerInfo, settings: Mapping[str, Any]
) -> analyzer_pb2.ConfigureAnalyzerRequest:
    """Merge, from weak to strong: each policy's own level and defaults, the pack's configuration, the user's."""
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    known = {policy.name for policy in info.policies}
    if unknown := sorted(set(settings) - known - {"all"}):
        raise ProjectError(f"policy configuration names no policy of the pack {info.name}: {', '.join(unknown)}")
    for policy in info.policies:
        level, properties = policy.enforcementLevel, _defaults(policy)
        for name in ("all", policy.name):
            if name in info.initialConfig:
                initial = info.initialConfig[name]
                level = initial.enforcementLevel
                properties.update(values.decode(initial.properties))
        for name in ("all", policy.name):
            given = settings.get(name, {})
            given = {"enforcementLevel": given} if isinstance(given, str) else dict(given)
            wanted = given.pop("enforcementLevel", None)
            if wanted is not None and wanted not in _LEVELS:
                raise ProjectError(
                    f"policy configuration of {name}: enforcementLevel {wanted!r}; one of {', '.join(_LEVELS)}"
                )
            level = _LEVELS[wanted] if wanted else level
            properties.update(given)
        if missing := sorted(set(policy.configSchema.required) - set(properties)):
            raise ProjectError(f"policy {policy.name} needs configuration: {', '.join(missing)}")
        request.policyConfig[policy.name].enforcementLevel = level
        request.policyConfig[policy.name].properties.update(properties)
    return request


def _defaults(policy: analyzer_pb2.PolicyInfo) -> dict[str, Any]:
    schema = values.decode(policy.configSchema.properties)
    return {key: entry["default"] for key, entry in schema.items() if isinstance(entry, dict) and "default" in entry}


class _Judge:
    """Asks a servicer about each resource of one run, then about all of them."""

    def __init__(self, run: Run, servicer: Any, pack: str, policies: Mapping[str, analyzer_pb2.PolicyInfo]) -> None:
        self._run = run
        self._servicer = servicer
        self._pack = pack
        self._policies = policies
        self._violations: list[Finding] = []
        self._skips: list[Finding] = []

    def verdict(self) -> Verdict:
        managed = [resource for resource in self._run.resources.values() if not resource.external]
        for resource in managed:
            request = analyzer_pb2.AnalyzeRequest(
                type=resource.type,
                properties=values.encode(resource.inputs),
                urn=resource.urn,
                name=resource.name,
                options=_options(resource),
                provider=self._provider(resource),
            )
            self._ask(self._servicer.Analyze, request, resource.urn)
        stack = analyzer_pb2.AnalyzeStackRequest(resources=[self._with_outputs(resource) for resource in managed])
        root = next((r.urn for r in managed if r.type == urns.STACK_TYPE), "")
        self._ask(self._servicer.AnalyzeStack, stack, root)
        return Verdict(sorted(self._violations, key=_order), sorted(self._skips, key=_order))

    def _ask(self, method: Any, request: Any, urn: str) -> None:
        try:
            diagnostics = method(request, None).diagnostics
        except Exception as error:  # noqa: BLE001 (a rule that throws is a violation)
            frames = [frame.f_locals for frame, _ in traceback.walk_tb(error.__traceback__)]
            name = next((found.name for local in frames if hasattr(found := local.get("policy"), "name")), "unknown")
            message = f"the policy failed: {_described(error)}. Until it is mended nothing is known of this resource"
            self._violations.append(self._finding(name, urn, message, analyzer_pb2.MANDATORY, ""))
            return
        for found in diagnostics:
            if found.message.startswith(_SKIPPED) and found.enforcementLevel == analyzer_pb2.ADVISORY:
                reason = found.message.partition("during preview: ")[2] or found.message
                self._skips.append({"urn": found.urn or urn, "policyName": found.policyName, "reason": reason})
            else:
                severity = _severity(found.severity) or _severity(self._severity_of(found.policyName))
                level = found.enforcementLevel
                self._violations.append(
                    self._finding(found.policyName, found.urn or urn, found.message, level, severity)
                )

    def _severity_of(self, policy: str) -> int:
        return self._policies[policy].severity if policy in self._policies else 0

    def _finding(self, name: str, urn: str, message: str, level: int, severity: str) -> Finding:
        policy = self._policies.get(name)
        finding = {
            "urn": urn,
            "policyName": name,
            "policyPackName": self._pack,
            "enforcementLevel": "advisory" if level == analyzer_pb2.ADVISORY else "mandatory",
            "severity": severity,
            "description": policy.description if policy else "",
            "message": message,
            "remediation": policy.remediation_steps if policy else "",
        }
        return {key: value for key, value in finding.items() if value}

    def _provider(self, resource: Resource) -> analyzer_pb2.AnalyzerProviderResource | None:
        provider = self._run.resources.get(resource.provider.rpartition("::")[0])
        if provider is None:
            return None
        return analyzer_pb2.AnalyzerProviderResource(
            type=provider.type, properties=values.encode(provider.inputs), urn=provider.urn, name=provider.name
        )

    def _with_outputs(self, resource: Resource) -> analyzer_pb2.AnalyzerResource:
        depends = {
            key: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
            for key, urns in resource.property_dependencies.items()
            if urns
        }
        return analyzer_pb2.AnalyzerResource(
            type=resource.type,
            properties=values.encode(resource.outputs),
            urn=resource.urn,
            name=resource.name,
            options=_options(resource),
            provider=self._provider(resource),
            parent=resource.parent,
            dependencies=resource.dependencies,
            propertyDependencies=depends,
        )


def _options(resource: Resource) -> analyzer_pb2.AnalyzerResourceOptions:
    return analyzer_pb2.AnalyzerResourceOptions(
        protect=resource.protect,
        ignoreChanges=resource.ignore_changes,
        deleteBeforeReplace=bool(resource.delete_before_replace),
        deleteBeforeReplaceDefined=resource.delete_before_replace is not None,
        additionalSecretOutputs=resource.additional_secret_outputs,
        aliases=resource.aliases,
        customTimeouts=analyzer_pb2.AnalyzerResourceOptions.CustomTimeouts(
            **{key: seconds for key, seconds in resource.custom_timeouts.items() if key != "read"}
        ),
        parent=resource.parent,
    )


def _severity(number: int) -> str:
    return analyzer_pb2.PolicySeverity.Name(number).removeprefix("POLICY_SEVERITY_").lower() if number else ""


def _order(finding: Finding) -> tuple[str, ...]:
    return finding["urn"], finding["policyName"], finding.get("message", "")


def _described(error: BaseException) -> str:
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if "site-packages" not in frame.filename and Path(frame.filename).is_relative_to(Path.cwd()):
            place = f" at {Path(frame.filename).relative_to(Path.cwd())}:{frame.lineno}"
    return f"{type(error).__name__}: {error}{place}"
