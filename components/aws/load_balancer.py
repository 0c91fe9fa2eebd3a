"""A network load balancer in front of the mesh gateway, which passes TLS on unopened."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import ec2, lb, vpc

from components.aws.component import AwsComponent, Scope
from components.aws.network import Network

HTTPS = 443

# https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio
HEALTH_PORT = 15021
HEALTH_PATH = "/healthz/ready"


class LoadBalancer(AwsComponent):
    """An IPv4 load balancer with one TCP:443 listener, open to named sources alone.

    TLS ends at the mesh gateway, so the balancer sees neither names nor requests. It writes no access log: AWS logs TLS
    listeners only (https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html), and
    CloudFront's VPC origins refuse those; the VPC's flow logs hold each connection. The gateway sees the balancer's
    addresses, since proxy protocol would have to be on at every caller of the gateway. The target group is empty: the
    cluster's load-balancer controller fills it (TargetGroupBinding). Internet-facing balancers have one fixed address a
    zone, so that partners can admit them.
    """

    arn: pulumi.Output[str]
    dns_name: pulumi.Output[str]
    hosted_zone_id: pulumi.Output[str]
    """Route 53's zone of `dns_name`, for alias records."""

    security_group_id: pulumi.Output[str]
    target_group_arn: pulumi.Output[str]
    arn_suffix: pulumi.Output[str]
    """What CloudWatch knows the load balancer by."""

    target_group_arn_suffix: pulumi.Output[str]
    addresses: list[pulumi.Output[str]]
    """Fixed public addresses; none for an internal balancer."""

    ready: list[pulumi.Resource]
    """What must exist before somebody can get through."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        network: Network,
        sources: Sequence[str],
        targets_group_id: pulumi.Input[str],
        internet_facing: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the balancer.

        `sources` are ids of prefix lists or security groups, or ranges; `targets_group_id` is the targets' security
        group, which is opened to the balancer. The names of balancer and target group end in 8 characters of Pulumi's,
        and AWS takes 32: `name` may have 19.
        """
        super().__init__("LoadBalancer", name, scope, "confidential", opts)
        child = self.child()
        group = ec2.SecurityGroup(
            f"{name}-balancer",
            description="Load balancer in front of the mesh gateway",
            vpc_id=network.vpc_id,
            opts=child,
        )
        self.security_group_id = group.id
        admitted = [self._admit(name, group, source) for source in sources]
        self._reach_targets(name, group, targets_group_id)

        public = [
            ec2.Eip(f"{name}-{zone}", domain="vpc", opts=self.child(stateful=True))
            for zone in (network.zones if internet_facing else ())
        ]
        self.addresses = [address.public_ip for address in public]
        balancer = lb.LoadBalancer(
            f"{name}-nlb",
            load_balancer_type="network",
            internal=not internet_facing,
            ip_address_type="ipv4",
            subnets=None if internet_facing else network.subnet_ids["private"],
            subnet_mappings=[
                {"subnet_id": subnet_id, "allocation_id": address.id}
                for subnet_id, address in zip(network.subnet_ids["public"], public, strict=False)
            ]
            if internet_facing
            else None,
            # A balancer that was made without one can never get one.
            security_groups=[group.id],
            # Endpoints are accepted one by one; their addresses are those of the partners' own networks.
            enforce_security_group_inbound_rules_on_private_link_traffic="off",
            enable_cross_zone_load_balancing=True,
            enable_deletion_protection=scope.protect,
            enable_zonal_shift=True,
            opts=self.child(stateful=True, depends_on=[network.internet] if internet_facing else None),
        )
        gateway = lb.TargetGroup(
            f"{name}-mesh",
            vpc_id=network.vpc_id,
            target_type="ip",
            protocol="TCP",
            port=HTTPS,
            preserve_client_ip="false",
            proxy_protocol_v2=False,
            deregistration_delay=60,
            health_check={
                "protocol": "HTTP",
                "port": str(HEALTH_PORT),
                "path": HEALTH_PATH,
                "matcher": "200",
                "interval": 10,
                "timeout": 5,
                "healthy_threshold": 3,
                "unhealthy_threshold": 3,
            },
            opts=child,
        )
        listener = lb.Listener(
            f"{name}-https",
            load_balancer_arn=balancer.arn,
            protocol="TCP",
            port=HTTPS,
            default_actions=[{"type": "forward", "target_group_arn": gateway.arn}],
            opts=child,
        )
        self.arn, self.dns_name, self.hosted_zone_id = balancer.arn, balancer.dns_name, balancer.zone_id
        self.target_group_arn = gateway.arn
        self.arn_suffix, self.target_group_arn_suffix = balancer.arn_suffix, gateway.arn_suffix
        self.ready = [listener, *admitted]
        self.register_outputs(
            {
                "arn": self.arn,
                "dnsName": self.dns_name,
                "hostedZoneId": self.hosted_zone_id,
                "securityGroupId": self.security_group_id,
                "targetGroupArn": self.target_group_arn,
                "addresses": self.addresses,
            }
        )

    def _admit(self, name: str, group: ec2.SecurityGroup, source: str) -> pulumi.Resource:
        kind = source.partition("-")[0]
        return vpc.SecurityGroupIngressRule(
            f"{name}-https-{source.replace('.', '-').replace('/', '-')}",
            security_group_id=group.id,
            prefix_list_id=source if kind == "pl" else None,
            referenced_security_group_id=source if kind == "sg" else None,
            cidr_ipv4=source if "/" in source else None,
            description="HTTPS from an admitted source",
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            opts=self.child(),
        )

    def _reach_targets(self, name: str, group: ec2.SecurityGroup, targets_group_id: pulumi.Input[str]) -> None:
        for purpose, port in {"gateway": HTTPS, "health": HEALTH_PORT}.items():
            vpc.SecurityGroupEgressRule(
                f"{name}-{purpose}",
                security_group_id=group.id,
                referenced_security_group_id=targets_group_id,
                description=f"{purpose} port of the mesh gateway",
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                opts=self.child(),
            )
            vpc.SecurityGroupIngressRule(
                f"{name}-{purpose}",
                security_group_id=targets_group_id,
                referenced_security_group_id=group.id,
                description=f"{purpose} port, from the load balancer {name}",
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                opts=self.child(),
            )
