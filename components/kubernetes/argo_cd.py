"""Argo CD: applies to the primary's cluster what our registry holds, and puts back what is changed by hand."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions, rbac

from components.kubernetes.component import KubernetesComponent, Scope, name_of
from components.kubernetes.external_secrets import API as SECRETS_API
from components.kubernetes.external_secrets import READS_STORE, STORE
from components.kubernetes.namespace import Namespace, Port, address_peer, namespace_peer
from components.kubernetes.pods import spread
from settings.kubernetes.delivery import DeliverySettings, SsoSettings

NAMESPACE = "argocd"
API = "argoproj.io/v1alpha1"

URL = "https://localhost:8443"
"""Where people find it: at their end of a tunnel by `kubectl port-forward`, and nowhere else."""

ALERTMANAGER = "kube-prometheus-stack-alertmanager.observability:9093"
"""Who tells people what goes wrong, here as with every other alert."""

SSO_SECRET = "argocd-sso"

# Between its own pods: server, repo-server, Redis with its sentinels, and the proxy before them.
OWN_PORTS: Sequence[Port] = (6379, 8080, 8081, 26379)
METRICS_PORTS: Sequence[Port] = (8082, 8083, 8084, 9001)

# What charts/service and the shared bundle consist of; the controller may write nothing else anywhere.
WRITTEN: Mapping[str, Sequence[str]] = {
    "": ("resourcequotas", "serviceaccounts", "services"),
    "apps": ("deployments",),
    "argoproj.io": ("analysistemplates", "rollouts"),
    "autoscaling": ("horizontalpodautoscalers",),
    "external-secrets.io": ("externalsecrets",),
    "networking.k8s.io": ("networkpolicies",),
    "policy": ("poddisruptionbudgets",),
}

# What those make in turn, which people see beneath them; no secret is among them.
SHOWN: Mapping[str, Sequence[str]] = {
    "": ("endpoints", "events", "namespaces", "pods"),
    "apiextensions.k8s.io": ("customresourcedefinitions",),
    "apps": ("replicasets",),
    "argoproj.io": ("analysisruns", "experiments"),
    "discovery.k8s.io": ("endpointslices",),
}

READ = ("get", "list", "watch")
WRITE = (*READ, "create", "delete", "patch", "update")

# Nobody makes or deletes an application here: they come from the settings.
POLICY = """\
g, role:operator, role:readonly
p, role:operator, applications, sync, */*, allow
p, role:operator, applications, action/argoproj.io/Rollout/*, */*, allow
p, role:operator, logs, get, */*, allow
"""

# https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/triggers/
TROUBLES: Mapping[str, tuple[str, str]] = {
    "degraded": (
        "app.status.health.status == 'Degraded'",
        "What runs of {{.app.metadata.name}} is unhealthy.",
    ),
    "not-synced": (
        "app.status.operationState != nil and app.status.operationState.phase in ['Error', 'Failed']",
        "The newest revision of {{.app.metadata.name}} could not be applied.",
    ),
    "unknown": (
        "app.status.sync.status == 'Unknown'",
        "Nobody knows whether {{.app.metadata.name}} runs as it should: the registry or the chart cannot be read.",
    ),
}


class ArgoCd(KubernetesComponent):
    """The controllers and the user interface, without an administrator and without a way in from outside.

    Everything comes from our own registry by digest. ECR's tokens last twelve hours: External Secrets draws a new one
    every six, as its own identity, and leaves it where Argo CD looks for credentials. The controller writes just the
    kinds that our chart and bundle consist of, and nothing here reads a secret outside its namespace: what the chart
    itself would allow in the whole cluster is left out, since notifications could list every secret by it. The
    controller runs once: it shares out clusters, not applications, and this is one cluster; what it knows it can find
    out again. Applications are made by this program, one a workload, so the set generator does not run. Dex does not
    either: the identity provider speaks OpenID Connect itself.
    https://argo-cd.readthedocs.io/en/stable/operator-manual/high_availability/
    """

    ready: pulumi.Resource
    """What defines the kinds of applications and projects."""

    namespace: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: DeliverySettings,
        *,
        region: str,
        registry: Mapping[str, pulumi.Input[str]],
        secrets: Mapping[str, str],
        after: pulumi.Resource,
        priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it.

        `registry` holds the repositories of the chart and the bundle by artifact, without a scheme; `secrets` the names
        in the cloud's store. `after` is the release that defines the kinds of external secrets, `priority` the
        name of a class.
        """
        super().__init__("ArgoCd", name, scope, "internal", opts)
        place = Namespace(
            f"{name}-namespace",
            scope,
            NAMESPACE,
            labels=READS_STORE if settings.sso else None,
            opts=self.child(),
        )
        self.namespace, self._after = place.namespace, after
        place.admit("from-itself", [namespace_peer(NAMESPACE)], OWN_PORTS)
        place.admit_monitoring(METRICS_PORTS)
        place.let_out("to-itself", [namespace_peer(NAMESPACE)], OWN_PORTS)
        place.let_out("to-alertmanager", [namespace_peer("observability")], [9093])
        place.let_out_to_api_server()
        # The registry and the identity provider.
        place.let_out("to-https", [address_peer("0.0.0.0/0")], [443])
        self.ready = scope.vendor.release(
            f"{name}-release",
            "argo-cd",
            release_name="argocd",
            namespace=place.namespace,
            values=_values(
                scope,
                settings.sso,
                priority,
                controller=self._allowed(
                    f"{name}-controller",
                    "argocd-application-controller",
                    [*_rules(WRITTEN, WRITE), *_rules(SHOWN, READ)],
                ),
                server=self._allowed(f"{name}-server", "argocd-server", _server_rules()),
            ),
            opts=self.child(),
        )
        for artifact in (settings.chart, settings.bundle):
            self._credentials(f"{name}-{artifact.replace('/', '-')}", region, artifact, registry[artifact])
        if settings.sso:
            self._sso(f"{name}-sso", secrets[settings.sso.client_secret])
        self.register_outputs({"namespace": self.namespace})

    def _allowed(self, name: str, account: str, rules: Sequence[rbac.v1.PolicyRuleArgsDict]) -> pulumi.Output[str]:
        """A service account's name, known once it may do this in the whole cluster."""
        role = rbac.v1.ClusterRole(
            f"{name}-role", metadata={"name": f"{account}-rights"}, rules=list(rules), opts=self.child()
        )
        bound = rbac.v1.ClusterRoleBinding(
            f"{name}-binding",
            metadata={"name": f"{account}-rights"},
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name_of(role.metadata)},
            subjects=[{"kind": "ServiceAccount", "name": account, "namespace": self.namespace}],
            opts=self.child(),
        )
        return bound.id.apply(lambda _: account)

    def _credentials(self, name: str, region: str, artifact: str, repository: pulumi.Input[str]) -> None:
        """A login to one repository, drawn anew long before it expires.

        https://external-secrets.io/latest/api/generator/ecr/
        """
        called = f"repository-{artifact.replace('/', '-')}"
        apiextensions.CustomResource(
            f"{name}-token",
            api_version="generators.external-secrets.io/v1alpha1",
            kind="ECRAuthorizationToken",
            metadata={"name": called, "namespace": self.namespace},
            spec={"region": region},
            opts=self.child(depends_on=[self._after]),
        )
        self._external_secret(
            f"{name}-credentials",
            called,
            refresh="6h",
            labels={"argocd.argoproj.io/secret-type": "repository"},
            data={
                "type": "oci",
                "url": pulumi.Output.concat("oci://", repository),
                "username": "{{ .username }}",
                "password": "{{ .password }}",
            },
            source={
                "dataFrom": [
                    {
                        "sourceRef": {
                            "generatorRef": {
                                "apiVersion": "generators.external-secrets.io/v1alpha1",
                                "kind": "ECRAuthorizationToken",
                                "name": called,
                            }
                        }
                    }
                ]
            },
        )

    def _sso(self, name: str, secret: str) -> None:
        """The client's secret, under the label without which Argo CD reads none."""
        self._external_secret(
            name,
            SSO_SECRET,
            refresh="1h",
            labels={"app.kubernetes.io/part-of": "argocd"},
            data={"clientSecret": "{{ .secret }}"},
            source={
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": STORE},
                "data": [{"secretKey": "secret", "remoteRef": {"key": secret}}],
            },
        )

    def _external_secret(
        self,
        name: str,
        called: str,
        *,
        refresh: str,
        labels: Mapping[str, str],
        data: Mapping[str, pulumi.Input[str]],
        source: Mapping[str, Any],
    ) -> None:
        apiextensions.CustomResource(
            name,
            api_version=SECRETS_API,
            kind="ExternalSecret",
            metadata={"name": called, "namespace": self.namespace},
            spec={
                "refreshInterval": refresh,
                "target": {
                    "name": called,
                    "creationPolicy": "Owner",
                    "template": {"engineVersion": "v2", "metadata": {"labels": labels}, "data": data},
                },
                **source,
            },
            opts=self.child(depends_on=[self._after]),
        )


def _values(
    scope: Scope,
    sso: SsoSettings | None,
    priority: pulumi.Input[str],
    *,
    controller: pulumi.Input[str],
    server: pulumi.Input[str],
) -> dict[str, Any]:
    """The chart's values; its own security contexts are the restricted ones.

    `controller` and `server` are names of service accounts.
    """
    vendor = scope.vendor
    pair = {"replicas": 2, "pdb": {"enabled": True, "minAvailable": 1}}
    return {
        "global": {
            "image": {"repository": vendor.repository("argocd"), "tag": vendor.tag("argocd")},
            "domain": URL.removeprefix("https://"),
            "additionalLabels": scope.tags.of("internal"),
            "logging": {"format": "json"},
            # Redis and its proxies take it as well.
            "priorityClassName": priority,
            # The namespace is closed by us, and the chart's policies would open it to every namespace.
            "networkPolicy": {"create": False},
            "topologySpreadConstraints": spread(),
        },
        "createClusterRoles": False,
        "configs": {
            "cm": {
                "url": URL,
                "admin.enabled": "false",
                "application.resourceTrackingMethod": "annotation",
                # It looks only for what it may read, instead of failing at the first kind that it may not.
                "resource.respectRBAC": "normal",
                **({"oidc.config": _oidc(sso)} if sso else {}),
            },
            "rbac": {"policy.default": "", "policy.csv": _policy(sso), "scopes": "[groups]"},
            "ssh": {"knownHosts": ""},
        },
        "controller": {
            "resources": _resources("250m", "1Gi"),
            "serviceAccount": {"name": controller},
        },
        "server": {
            **pair,
            "resources": _resources("100m", "256Mi"),
            "serviceAccount": {"name": server},
        },
        "repoServer": {
            **pair,
            "resources": _resources("100m", "512Mi"),
            "automountServiceAccountToken": False,
            "serviceAccount": {"automountServiceAccountToken": False},
        },
        "notifications": {
            "resources": _resources("50m", "128Mi"),
            "secret": {"create": True},
            **_notifications(),
        },
        "applicationSet": {"replicas": 0},
        "dex": {"enabled": False},
        "redisSecretInit": {"resources": _resources("50m", "128Mi")},
        "redis-ha": _redis(scope),
    }


def _redis(scope: Scope) -> dict[str, Any]:
    """Three copies of a cache, which is lost and filled again; one of them leads, and a proxy finds it."""
    vendor, small = scope.vendor, _resources("50m", "128Mi")
    image = {"repository": vendor.repository("redis"), "tag": vendor.tag("redis")}
    return {
        "enabled": True,
        "image": image,
        # Of a pod that `helm test` alone would start.
        "configmapTest": {"image": image},
        "hardAntiAffinity": False,
        "topologySpreadConstraints": {
            "enabled": True,
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
        },
        "podDisruptionBudget": {"minAvailable": 2},
        "redis": {"resources": _resources("50m", "256Mi")},
        "sentinel": {"resources": small},
        "init": {"resources": small},
        "splitBrainDetection": {"resources": small},
        "haproxy": {
            "enabled": True,
            "image": {"repository": vendor.repository("haproxy"), "tag": vendor.tag("haproxy")},
            "hardAntiAffinity": False,
            "podDisruptionBudget": {"minAvailable": 2},
            "resources": small,
            "init": {"resources": small},
        },
    }


def _oidc(sso: SsoSettings) -> str:
    return json.dumps(
        {
            "name": "SSO",
            "issuer": sso.issuer,
            "clientID": sso.client_id,
            "clientSecret": f"${SSO_SECRET}:clientSecret",
            "requestedScopes": ["openid", "profile", "email", "groups"],
        },
        sort_keys=True,
    )


def _policy(sso: SsoSettings | None) -> str:
    """Who may do what; who is in no group may do nothing."""
    groups = {"role:operator": sso.operators, "role:readonly": sso.viewers} if sso else {}
    members = [f'g, "{group}", {role}\n' for role, found in groups.items() for group in found]
    return POLICY + "".join(members)


def _rules(resources: Mapping[str, Sequence[str]], verbs: Sequence[str]) -> list[rbac.v1.PolicyRuleArgsDict]:
    return [
        {"api_groups": [group], "resources": list(kinds), "verbs": list(verbs)} for group, kinds in resources.items()
    ]


def _server_rules() -> list[rbac.v1.PolicyRuleArgsDict]:
    """What people see and do by way of the user interface: logs, and the steps of a canary."""
    return [
        *_rules(WRITTEN, ["get"]),
        *_rules(SHOWN, ["get"]),
        *_rules({"": ["events"]}, ["list"]),
        *_rules({"": ["pods/log"]}, ["get"]),
        *_rules({"argoproj.io": ["rollouts", "rollouts/status"]}, ["patch"]),
    ]


def _notifications() -> dict[str, Any]:
    """Every trouble of every application, to the Alertmanager."""
    return {
        "notifiers": {"service.alertmanager": json.dumps({"targets": [ALERTMANAGER]})},
        "subscriptions": [{"recipients": ["alertmanager"], "triggers": [f"on-{trouble}" for trouble in TROUBLES]}],
        "triggers": {
            f"trigger.on-{trouble}": json.dumps(
                [{"when": when, "oncePer": "app.status.operationState?.startedAt", "send": [f"app-{trouble}"]}]
            )
            for trouble, (when, _) in TROUBLES.items()
        },
        "templates": {
            f"template.app-{trouble}": json.dumps(
                {
                    "message": message,
                    "alertmanager": {
                        "labels": {
                            "alertname": f"Delivery{''.join(part.title() for part in trouble.split('-'))}",
                            "severity": "ticket",
                            "application": "{{.app.metadata.name}}",
                        },
                        "annotations": {"summary": message, "runbook": "docs/operations.md#delivery"},
                    },
                },
                sort_keys=True,
            )
            for trouble, (_, message) in TROUBLES.items()
        },
    }


def _resources(cpu: str, memory: str) -> dict[str, dict[str, str]]:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}}
