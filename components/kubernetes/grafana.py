"""Grafana as a part of kube-prometheus-stack: who signs on, what it asks, and that nothing in it is made by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from components.kubernetes.component import Scope
from components.kubernetes.observed import NAMESPACE
from components.kubernetes.pods import CONTAINER, POD, resources
from settings.kubernetes.observability import SignOnSettings

STORED, CLOUDWATCH = "stored", "cloudwatch"
"""Data sources by uid, beside the chart's `prometheus` and `alertmanager`."""

SIGNER_PORT = 8005


@dataclass(frozen=True)
class Console:
    """What Grafana is told."""

    service_account: pulumi.Input[str]
    """Its own, which may read metrics."""

    region: str
    workspace: pulumi.Input[str]
    """The URL of the workspace that keeps metrics."""

    secret: pulumi.Input[str]
    """The secret with `admin-user`, `admin-password` and, for single sign-on, `client-secret`."""

    sign_on: SignOnSettings | None
    dashboards: Mapping[str, str]
    """Their JSON by name."""


def values(scope: Scope, console: Console, *, prometheus: str) -> dict[str, Any]:
    """Values of the chart's part.

    One pod: all that it shows is code, its sessions are its only state, and no alert passes through it. Nothing is
    fetched at its start, neither plug-ins nor dashboards.
    """
    vendor = scope.vendor
    return {
        "serviceAccount": {"name": console.service_account},
        "image": {
            "registry": vendor.host,
            "repository": vendor.path("grafana"),
            "tag": vendor.version("grafana"),
            "sha": vendor.digests["grafana"].removeprefix("sha256:"),
        },
        "testFramework": {"enabled": False},
        # It reads configuration maps of its own namespace alone, and no secret by the API.
        "rbac": {"namespaced": True},
        "initChownData": {"enabled": False},
        "resources": resources(100, 512),
        "containerSecurityContext": dict(CONTAINER),
        "extraEmptyDirMounts": [{"name": "tmp", "mountPath": "/tmp"}],
        "admin": {"existingSecret": console.secret},
        "defaultDashboardsEditable": False,
        "sidecar": {
            "image": {
                "registry": vendor.host,
                "repository": vendor.path("k8s-sidecar"),
                "tag": vendor.version("k8s-sidecar"),
                "sha": vendor.digests["k8s-sidecar"].removeprefix("sha256:"),
            },
            "resources": resources(20, 128),
            "securityContext": dict(CONTAINER),
            "dashboards": {"searchNamespace": NAMESPACE, "resource": "configmap"},
            "datasources": {"searchNamespace": NAMESPACE, "resource": "configmap"},
        },
        "additionalDataSources": [
            {
                "name": "Stored metrics",
                "uid": STORED,
                "type": "prometheus",
                "access": "proxy",
                "url": pulumi.Output.from_input(console.workspace).apply(
                    lambda url: f"http://localhost:{SIGNER_PORT}/{url.split('/', 3)[3].rstrip('/')}"
                ),
                "jsonData": {"httpMethod": "POST", "prometheusType": "Prometheus"},
            },
            {
                "name": "CloudWatch",
                "uid": CLOUDWATCH,
                "type": "cloudwatch",
                "access": "proxy",
                "jsonData": {"authType": "default", "defaultRegion": console.region},
            },
            {
                "name": "Traces",
                "uid": "traces",
                "type": "jaeger",
                "access": "proxy",
                "url": "http://jaeger.observability:16686",
            },
        ],
        # Grafana's own data source no longer signs requests, and AWS's is a plug-in that is fetched at each start.
        # https://grafana.com/docs/grafana/latest/datasources/prometheus/configure/aws-authentication/
        "extraContainers": pulumi.Output.concat(
            "- ", pulumi.Output.json_dumps(_signer(scope, console), sort_keys=True)
        ),
        "grafana.ini": _ini(console.sign_on),
        **(
            {
                "envValueFrom": {
                    "GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET": {
                        "secretKeyRef": {"name": console.secret, "key": "client-secret"}
                    }
                }
            }
            if console.sign_on
            else {}
        ),
    }


def _signer(scope: Scope, console: Console) -> dict[str, Any]:
    """A neighbour that signs what Grafana asks the workspace, with the pod's own identity."""
    return {
        "name": "signer",
        "image": scope.vendor.reference("aws-sigv4-proxy"),
        "args": [
            "--name=aps",
            f"--region={console.region}",
            pulumi.Output.from_input(console.workspace).apply(lambda url: f"--host={url.split('/')[2]}"),
            f"--port=127.0.0.1:{SIGNER_PORT}",
        ],
        "resources": resources(20, 64),
        "securityContext": {**POD, **CONTAINER, "runAsUser": 65534},
    }


def _ini(sign_on: SignOnSettings | None) -> dict[str, dict[str, Any]]:
    ini: dict[str, dict[str, Any]] = {
        "analytics": {"check_for_updates": False, "check_for_plugin_updates": False, "reporting_enabled": False},
        "auth.anonymous": {"enabled": False},
        "log": {"mode": "console"},
        "plugins": {"preinstall_disabled": True},
        "security": {"cookie_secure": sign_on is not None, "disable_gravatar": True, "strict_transport_security": True},
        "snapshots": {"external_enabled": False},
        "users": {"allow_sign_up": False},
    }
    if sign_on:
        ini["server"] = {"root_url": sign_on.grafana_url}
        ini["auth.generic_oauth"] = {
            "enabled": True,
            "name": "Single sign-on",
            "client_id": sign_on.grafana_client_id,
            "scopes": "openid profile email groups",
            "auth_url": sign_on.authorize_url,
            "token_url": sign_on.token_url,
            "api_url": sign_on.userinfo_url,
            "use_pkce": True,
            "role_attribute_path": f"contains(groups[*], '{sign_on.administrators}') && 'Admin' || 'Viewer'",
        }
    return ini
