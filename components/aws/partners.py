"""How partners reach the platform without CloudFront: PrivateLink, or a load balancer with an allow-list."""

import pulumi
from pulumi_aws import ec2, route53

from components.aws.component import AwsComponent, Scope
from components.aws.load_balancer import LoadBalancer
from components.aws.network import Network
from settings.edge import PartnerSettings


class Partners(AwsComponent):
    """A way in for those whom the settings name, to the same gateway; they pass no web firewall.

    By PrivateLink, partners make an endpoint in their own VPC and point `partners.<domain>` to it in a private zone of
    theirs, since the gateway answers by that name; each connection is accepted by hand. By allow-list, that name is
    public and leads to a load balancer of its own with fixed addresses, because no allow-list reaches an internal one.
    A failover moves neither: partners have the standby's way in beside it.
    """

    service_name: pulumi.Output[str] | None
    """What partners make their endpoint for, by PrivateLink."""

    addresses: list[pulumi.Output[str]]
    """Fixed addresses, by allow-list."""

    target_group_arn: pulumi.Output[str] | None
    """The second load balancer's targets, by allow-list."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: PartnerSettings,
        *,
        domain: str,
        zone_id: pulumi.Input[str],
        network: Network,
        internal_balancer: LoadBalancer,
        targets_group_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("Partners", name, scope, "confidential", opts)
        self.service_name, self.target_group_arn, self.addresses = None, None, []
        if settings.kind == "private_link":
            self.service_name = ec2.VpcEndpointService(
                f"{name}-service",
                acceptance_required=True,
                allowed_principals=list(settings.allowed_principals),
                network_load_balancer_arns=[internal_balancer.arn],
                supported_ip_address_types=["ipv4"],
                opts=self.child(stateful=True),
            ).service_name
        if settings.kind == "allow_list":
            balancer = LoadBalancer(
                f"{name}-list",
                scope,
                network=network,
                sources=[str(cidr) for cidr in settings.allowed_cidrs],
                targets_group_id=targets_group_id,
                internet_facing=True,
                opts=self.child(),
            )
            self.addresses, self.target_group_arn = balancer.addresses, balancer.target_group_arn
            route53.Record(
                f"{name}-a",
                zone_id=zone_id,
                name=f"partners.{domain}",
                type="A",
                aliases=[
                    {
                        "name": balancer.dns_name,
                        "zone_id": balancer.hosted_zone_id,
                        "evaluate_target_health": False,
                    }
                ],
                opts=self.child(),
            )
        self.register_outputs(
            {
                "serviceName": self.service_name,
                "addresses": self.addresses,
                "targetGroupArn": self.target_group_arn,
            }
        )
