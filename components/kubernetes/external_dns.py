"""ExternalDNS: public names of what runs in a cluster, written to the cluster's own zone."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pulumi

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import Namespace, address_peer
from components.kubernetes.pods import resources

NAMESPACE = "external-dns"
SERVICE_ACCOUNT = "external-dns"
"""The controller's, to which each cloud gives its rights by these names."""

METRICS_PORT = 7979

# Beside the records it owns, since an alias or CNAME takes no other record of its name.
OWNERSHIP_PREFIX = "external-dns-"


class ExternalDns(KubernetesComponent):
    """The controller that keeps a zone's records in step with `DNSEndpoint` objects and annotated Services.

    A record that it made is marked as the cluster's by a TXT record; it changes and deletes no other, so neither does
    it meet what Pulumi, people or the other cluster made. The front door's names are closed to it besides: left out
    here, and in AWS refused by IAM. The zone's own name cannot be left out without the zone; that record stands
    before any cluster does, and is nobody's to take. Gateways' own kinds are no source: the controller stops where a
    kind is missing, and the clusters do not have the same. A gateway's names are written beside it, as an endpoint.

    One pod, because two would write at once; while it is away, records stay. Metrics are served; scraping is the
    monitoring's.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        provider: Literal["aws", "google"],
        zone: str,
        zone_id: pulumi.Input[str],
        reserved_names: Sequence[str],
        provider_arguments: Mapping[str, pulumi.Input[str]],
        environment: Mapping[str, pulumi.Input[str]] | None = None,
        priority: pulumi.Input[str],
        service_account: pulumi.Input[str] = SERVICE_ACCOUNT,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it for the public zone of that name and id, with further command-line arguments of its provider.

        `reserved_names` are the front door's. `service_account` is the controller's name, known once its pods get their
        rights.
        """
        super().__init__("ExternalDns", name, scope, "internal", opts)
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, opts=self.child())
        place.let_out_to_api_server()
        # The clouds' DNS has public addresses that change.
        place.let_out("to-https", [address_peer("0.0.0.0/0")], [443])
        place.admit_monitoring([METRICS_PORT])
        tags = scope.tags
        values: dict[str, Any] = {
            "commonLabels": tags.of("internal"),
            "image": {
                "repository": scope.vendor.repository("external-dns"),
                "tag": scope.vendor.tag("external-dns"),
            },
            "serviceAccount": {"name": service_account},
            "priorityClassName": priority,
            "resources": resources(50, 128),
            "logFormat": "json",
            "provider": {"name": provider},
            "sources": ["crd", "service"],
            "policy": "sync",
            "registry": "txt",
            "txtOwnerId": f"{tags.service}-{tags.environment}-{scope.cloud}",
            "txtPrefix": OWNERSHIP_PREFIX,
            "domainFilters": [zone],
            "excludeDomains": sorted(set(reserved_names) - {zone}),
            "extraArgs": {"zone-id-filter": zone_id, **provider_arguments},
            "env": [{"name": key, "value": value} for key, value in (environment or {}).items()],
        }
        scope.vendor.release(
            f"{name}-release", "external-dns", namespace=place.namespace, values=values, opts=self.child()
        )
        self.register_outputs({})
