"""Ways to AWS services that do not leave the VPC."""

import pulumi
from pulumi_aws import ec2, vpc

from components.aws.component import AwsComponent, Scope
from components.aws.iam import Statement, allow, document
from components.aws.network import Network
from settings.aws import INTERFACE_ENDPOINTS, NetworkSettings

GATEWAY_SERVICES = ("dynamodb", "s3")


class Endpoints(AwsComponent):
    """Gateway endpoints for S3 and DynamoDB and interface endpoints for the services that nodes and pods call.

    An endpoint's policy admits this account's identities only, so that stolen foreign credentials are of no use inside.
    S3 is also open to AWS's own callers, because ECR serves image layers from a bucket of AWS's.
    """

    security_group_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: NetworkSettings,
        *,
        network: Network,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("Endpoints", name, scope, "internal", opts)
        child = self.child()
        group = ec2.SecurityGroup(
            f"{name}-https",
            description="HTTPS from the VPC to interface endpoints",
            vpc_id=network.vpc_id,
            opts=child,
        )
        self.security_group_id = group.id
        for source, cidr in {"vpc": network.ranges.vpc, "pods": network.ranges.pods}.items():
            vpc.SecurityGroupIngressRule(
                f"{name}-https-{source}",
                security_group_id=group.id,
                description=f"HTTPS from the {source} range",
                cidr_ipv4=str(cidr),
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
                opts=child,
            )

        tables = [table for tier in ("public", "private", "data") for table in network.route_table_ids[tier]]
        # Later than they could be: so many at once would hold up the databases and clusters, which take far longer.
        late = self.child(depends_on=list(network.nat_gateways.values()))
        for service in GATEWAY_SERVICES:
            ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=network.vpc_id,
                service_name=f"com.amazonaws.{scope.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=tables,
                policy=document(*_statements(scope, service, service)),
                opts=late,
            )
        for service in settings.interface_endpoints:
            prefix = INTERFACE_ENDPOINTS[service]
            ec2.VpcEndpoint(
                f"{name}-{service.replace('.', '-')}",
                vpc_id=network.vpc_id,
                service_name=f"com.amazonaws.{scope.region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=network.subnet_ids["private"],
                security_group_ids=[group.id],
                policy=document(*_statements(scope, service, prefix)),
                opts=late,
            )
        self.register_outputs({"securityGroupId": self.security_group_id})


def _statements(scope: Scope, service: str, prefix: str) -> list[Statement]:
    """The endpoint's policy: what may pass, whoever it is that asks; IAM still decides what they may do."""
    anyone = {"AWS": "*"}
    statements = [
        allow(
            [f"{prefix}:*"],
            "*",
            sid="OwnIdentities",
            principal=anyone,
            conditions={"StringEquals": {"aws:PrincipalAccount": scope.account_id}},
        )
    ]
    if service == "s3":
        # https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
        layers = f"arn:aws:s3:::prod-{scope.region}-starport-layer-bucket/*"
        statements.append(allow(["s3:GetObject"], layers, sid="EcrImageLayers", principal=anyone))
    if service == "sts":
        # The caller has no account before it has assumed the role, so the role's must be ours.
        statements.append(
            allow(
                ["sts:AssumeRoleWithWebIdentity"],
                f"arn:aws:iam::{scope.account_id}:role/*",
                sid="WebIdentities",
                principal=anyone,
            )
        )
    return statements
