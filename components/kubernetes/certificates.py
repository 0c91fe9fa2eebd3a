"""cert-manager: certificates for what runs in a cluster, renewed in time."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions, helm

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import Namespace, address_peer
from components.kubernetes.pods import resources, spread
from settings.kubernetes.certificates import CertificateSettings

API = "cert-manager.io/v1"

NAMESPACE = "cert-manager"
SERVICE_ACCOUNT = "cert-manager"
"""The controller's, to which each cloud gives its rights by these names."""

PUBLIC_ISSUER = "letsencrypt"
"""The issuer of certificates that browsers trust, by the same name in both clusters."""

MESH_ISSUER = "mesh-ca"
"""The issuer of the mesh's certificates."""

SERVERS: Mapping[bool, str] = {
    True: "https://acme-v02.api.letsencrypt.org/directory",
    False: "https://acme-staging-v02.api.letsencrypt.org/directory",
}
"""Let's Encrypt's servers, by whether browsers trust them."""

WEBHOOK_PORT, METRICS_PORT = 10250, 9402
REPLICAS = 2
YEAR_HOURS = 365 * 24


class Certificates(KubernetesComponent):
    """The controller, its webhook and its injector, and the issuer of public certificates: the same on both clouds.

    Names are proved by DNS (ACME DNS-01) in the cluster's own zone alone, whose CAA records admit Let's Encrypt: no
    port is open for it, and a name that leads to the other region gets its certificate all the same. What the zone
    holds is asked of the cluster's resolver, so the controller talks HTTPS and nothing else to the outside.
    Definitions of its kinds stay if the chart goes, because certificates would go with them. The release is ready once
    the webhook answers. Metrics are served; scraping them, and alarms before an end, are the monitoring's.
    """

    release: helm.v3.Release
    """Who needs cert-manager's kinds, or a certificate of a chart's own, waits for it."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: CertificateSettings,
        *,
        contact: str,
        zone: str,
        solver: Mapping[str, Any],
        priority: pulumi.Input[str],
        service_account: pulumi.Input[str] = SERVICE_ACCOUNT,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it; `solver` writes the challenges to the zone of that name, such as `{"route53": …}`.

        `contact` is the accounts' unless the settings name one. `service_account` is the controller's name, known once
        its pods get their rights.
        """
        super().__init__("Certificates", name, scope, "restricted", opts)
        self._name, self._settings = name, settings
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, data_class="restricted", opts=self.child())
        place.admit_api_server([WEBHOOK_PORT], pods=_pods("webhook"))
        place.let_out_to_api_server()
        # Let's Encrypt and the clouds' DNS have public addresses that change.
        place.let_out("to-https", [address_peer("0.0.0.0/0")], [443], pods=_pods("controller"))
        place.admit_monitoring([METRICS_PORT])
        self.release = scope.vendor.release(
            f"{name}-release",
            "cert-manager",
            namespace=place.namespace,
            values={
                "global": {
                    "commonLabels": scope.tags.of("restricted"),
                    "priorityClassName": priority,
                    # Autopilot lets nobody write to kube-system, the chart's own choice.
                    "leaderElection": {"namespace": NAMESPACE},
                },
                "crds": {"enabled": True, "keep": True},
                "serviceAccount": {"name": service_account},
                "dns01RecursiveNameserversOnly": True,
                **self._deployment("controller", memory_mib=256),
                "webhook": self._deployment("webhook", memory_mib=128),
                "cainjector": self._deployment("cainjector", memory_mib=256),
                "acmesolver": {"image": self._image("acmesolver")},
                "startupapicheck": {"image": self._image("startupapicheck"), "resources": resources(50, 64)},
            },
            opts=self.child(),
        )
        self._resource(
            "public",
            "ClusterIssuer",
            {"name": PUBLIC_ISSUER},
            {
                "acme": {
                    "server": SERVERS[settings.trusted],
                    "email": settings.contact or contact,
                    "privateKeySecretRef": {"name": f"{PUBLIC_ISSUER}-account"},
                    "solvers": [{"selector": {"dnsZones": [zone]}, "dns01": solver}],
                }
            },
        )
        self.register_outputs({})

    def add_mesh_authority(self) -> None:
        """Make a private authority for the mesh: a root that signs itself, and the issuer that signs with it.

        The root's key stays the same when its certificate is renewed: whoever knows the former certificate trusts what
        the next one signs. It is in a secret that stays if the certificate's object goes. Google's mesh has its own.
        """
        root = f"{MESH_ISSUER}-root"
        years = self._settings.mesh_root_years
        self._resource("mesh-root", "Issuer", {"name": root, "namespace": NAMESPACE}, {"selfSigned": {}})
        self._resource(
            "mesh-certificate",
            "Certificate",
            {"name": MESH_ISSUER, "namespace": NAMESPACE},
            {
                "isCA": True,
                "commonName": f"{self.scope.tags.service} {self.scope.tags.environment} mesh root",
                "secretName": MESH_ISSUER,
                "duration": f"{years * YEAR_HOURS}h",
                "renewBefore": f"{YEAR_HOURS}h",
                "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Never"},
                "usages": ["cert sign", "crl sign"],
                "issuerRef": {"group": "cert-manager.io", "kind": "Issuer", "name": root},
            },
        )
        self._resource("mesh", "ClusterIssuer", {"name": MESH_ISSUER}, {"ca": {"secretName": MESH_ISSUER}})

    def _resource(self, suffix: str, kind: str, metadata: Mapping[str, str], spec: Mapping[str, Any]) -> None:
        apiextensions.CustomResource(
            f"{self._name}-{suffix}",
            api_version=API,
            kind=kind,
            metadata=metadata,
            spec=spec,
            opts=self.child(depends_on=[self.release]),
        )

    def _image(self, part: str) -> dict[str, Any]:
        image = f"cert-manager-{part}"
        return {"repository": self.scope.vendor.repository(image), "tag": self.scope.vendor.tag(image)}

    def _deployment(self, part: str, *, memory_mib: int) -> dict[str, Any]:
        """Values of each of the chart's three deployments; its own security contexts are the restricted ones."""
        return {
            "image": self._image(part),
            "replicaCount": REPLICAS,
            "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
            "topologySpreadConstraints": spread(_pods(part)),
            "resources": resources(50, memory_mib),
        }


def _pods(part: str) -> dict[str, str]:
    """The chart's own labels of a part's pods."""
    return {"app.kubernetes.io/instance": "cert-manager", "app.kubernetes.io/component": part}
