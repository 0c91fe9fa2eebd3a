"""AWS Load Balancer Controller: keeps a gateway's pods in the target group of a load balancer that others made."""

import pulumi
from pulumi_kubernetes import helm

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import Namespace, address_peer
from components.kubernetes.pods import resources, spread

NAMESPACE = "load-balancing"

CHART = "aws-load-balancer-controller"

WEBHOOK_PORT, METRICS_PORT = 9443, 8080


class LoadBalancing(KubernetesComponent):
    """The controller, for `TargetGroupBinding` objects alone.

    It makes no load balancer by itself: no class of ingresses is there, Services of the type LoadBalancer are not
    turned into its own, gateways of the Gateway API are left alone, and so are web firewalls and Shield, for which it
    has no rights. cert-manager keeps the certificate of its webhooks. On GKE, autoneg does the same work. Metrics are
    served to the monitoring.
    """

    release: helm.v3.Release
    """Whoever makes a binding waits for it."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        region: str,
        cluster_name: pulumi.Input[str],
        vpc_id: pulumi.Input[str],
        service_account: pulumi.Input[str],
        priority: pulumi.Input[str],
        certificates: pulumi.Resource,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it once `certificates`, cert-manager's release, is there.

        `service_account` is the controller's name, known once its pods get their rights.
        """
        super().__init__("LoadBalancing", name, scope, "internal", opts)
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, opts=self.child())
        place.admit_api_server([WEBHOOK_PORT])
        place.let_out_to_api_server()
        # EC2 and load balancing have endpoints in the network if the settings say so, else public addresses.
        place.let_out("to-https", [address_peer("0.0.0.0/0")], [443])
        place.admit_monitoring([METRICS_PORT])
        self.release = scope.vendor.release(
            f"{name}-release",
            CHART,
            namespace=place.namespace,
            values={
                "additionalLabels": scope.tags.of("internal"),
                "image": {"repository": scope.vendor.repository(CHART), "tag": scope.vendor.tag(CHART)},
                "replicaCount": 2,
                "podDisruptionBudget": {"minAvailable": 1},
                "topologySpreadConstraints": spread(
                    {"app.kubernetes.io/name": CHART, "app.kubernetes.io/instance": CHART}
                ),
                "priorityClassName": priority,
                "resources": resources(100, 256),
                "podSecurityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
                "securityContext": {"capabilities": {"drop": ["ALL"]}},
                "serviceAccount": {"name": service_account},
                # It is kept from the node's metadata, which would tell.
                "region": region,
                "vpcId": vpc_id,
                "clusterName": cluster_name,
                "defaultTags": scope.tags.of("internal"),
                "enableCertManager": True,
                "createIngressClassResource": False,
                "ingressClassParams": {"create": False},
                "enableServiceMutatorWebhook": False,
                "enableShield": False,
                "enableWaf": False,
                "enableWafv2": False,
                "controllerConfig": {"featureGates": {"ALBGatewayAPI": False, "NLBGatewayAPI": False}},
            },
            opts=self.child(depends_on=[certificates]),
        )
        self.register_outputs({})
