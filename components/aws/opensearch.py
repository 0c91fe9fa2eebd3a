"""An OpenSearch domain inside the VPC, whose only administrator is an IAM role."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import cloudwatch, iam, opensearch

from components.aws.component import AwsComponent, Scope
from components.aws.iam import allow, document, role
from components.aws.logs import log_group
from components.aws.network import Network
from components.aws.security_groups import service_group
from settings.data import SearchSettings

PORT = 443

# A domain spreads over two zones or three, whatever the region has.
ZONES = 3

# Two of them keep a majority.
MASTERS = 3

# Log group's suffix by the kind of log.
LOG_TYPES: Mapping[str, str] = {
    "AUDIT_LOGS": "audit",
    "ES_APPLICATION_LOGS": "application",
    "INDEX_SLOW_LOGS": "index-slow",
    "SEARCH_SLOW_LOGS": "search-slow",
}

# TLS 1.2 or later with forward secrecy only.
# https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DomainEndpointOptions.html
TLS_POLICY = "Policy-Min-TLS-1-2-PFS-2023-10"

HTTP = tuple(f"es:ESHttp{verb}" for verb in ("Delete", "Get", "Head", "Patch", "Post", "Put"))


class Search(AwsComponent):
    """OpenSearch over three zones: HTTPS and signed requests only, encrypted at rest and between nodes, fully logged.

    Three locks stand in a row: the security group, the domain's policy, which admits this account's principals whom
    IAM lets call it, and fine-grained access control, which maps them to roles inside. Its administrator is an IAM
    role that named people may assume; there are no internal users and no passwords. Indexes, their slow-log
    thresholds, audit categories and role mappings are left to whoever runs the content.
    """

    endpoint: pulumi.Output[str]
    arn: pulumi.Output[str]
    domain_name: pulumi.Output[str]
    nodes: int
    """How many run, masters included."""

    security_group_id: pulumi.Output[str]
    administrator_role_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: SearchSettings,
        *,
        domain_name: str,
        administrators: Sequence[str],
        network: Network,
        clients: Mapping[str, pulumi.Input[str]],
        key_arn: pulumi.Input[str],
        log_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the domain; its name is chosen, because its policy and its log policy name it.

        `administrators` are the IAM principals that may become its administrator; `clients` the security groups that
        may connect, by name.
        """
        super().__init__("Search", name, scope, "confidential", opts)
        child = self.child()
        arn = scope.arn("es", f"domain/{domain_name}")
        group = service_group(
            f"{name}-https",
            vpc_id=network.vpc_id,
            description="OpenSearch",
            ports={"https": PORT},
            clients=clients,
            opts=child,
        )
        administrator = role(
            f"{name}-administrator",
            {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"AWS": sorted(administrators)}},
            self,
            description="Administers OpenSearch",
        )
        logs = {
            log_type: log_group(
                self, f"{name}-{suffix}", retention_days=settings.log_retention_days, key_arn=log_key_arn
            )
            for log_type, suffix in LOG_TYPES.items()
        }
        log_policy = cloudwatch.LogResourcePolicy(
            f"{name}-logs",
            policy_name=f"{domain_name}-{name}",
            policy_document=document(
                allow(
                    ["logs:CreateLogStream", "logs:PutLogEvents"],
                    [pulumi.Output.concat(log.arn, ":*") for log in logs.values()],
                    sid="OpenSearch",
                    principal={"Service": "es.amazonaws.com"},
                    conditions={
                        "ArnLike": {"aws:SourceArn": arn},
                        "StringEquals": {"aws:SourceAccount": scope.account_id},
                    },
                )
            ),
            opts=child,
        )
        before: list[pulumi.Resource] = [log_policy]
        if settings.service_linked_role == "create":
            before.append(
                iam.ServiceLinkedRole(
                    f"{name}-service",
                    aws_service_name="opensearchservice.amazonaws.com",
                    description="OpenSearch's network interfaces in the VPC",
                    opts=child,
                )
            )
        domain = opensearch.Domain(
            f"{name}-domain",
            domain_name=domain_name,
            engine_version=settings.version,
            ip_address_type="ipv4",
            cluster_config=_nodes(settings),
            ebs_options={"ebs_enabled": True, "volume_type": "gp3", "volume_size": settings.volume_gib},
            vpc_options={"subnet_ids": network.subnet_ids["data"][:ZONES], "security_group_ids": [group.id]},
            encrypt_at_rest={"enabled": True, "kms_key_id": key_arn},
            node_to_node_encryption={"enabled": True},
            domain_endpoint_options={"enforce_https": True, "tls_security_policy": TLS_POLICY},
            advanced_security_options={
                "enabled": True,
                "internal_user_database_enabled": False,
                "master_user_options": {"master_user_arn": administrator.arn},
            },
            access_policies=document(
                allow(
                    HTTP,
                    f"{arn}/*",
                    sid="ByIam",
                    principal={"AWS": f"arn:aws:iam::{scope.account_id}:root"},
                ),
                allow(HTTP, f"{arn}/*", sid="Administrator", principal={"AWS": administrator.arn}),
            ),
            log_publishing_options=[
                {"log_type": log_type, "cloudwatch_log_group_arn": log.arn, "enabled": True}
                for log_type, log in logs.items()
            ],
            auto_tune_options={
                "desired_state": "ENABLED",
                "use_off_peak_window": True,
                "rollback_on_disable": "NO_ROLLBACK",
            },
            off_peak_window_options={
                "enabled": True,
                "off_peak_window": {"window_start_time": {"hours": settings.off_peak_hour, "minutes": 0}},
            },
            software_update_options={"auto_software_update_enabled": True},
            opts=self.child(stateful=True, depends_on=before),
        )
        self.nodes = settings.instances + (MASTERS if settings.dedicated_masters else 0)
        self.endpoint, self.arn, self.domain_name = domain.endpoint, domain.arn, domain.domain_name
        self.security_group_id, self.administrator_role_arn = group.id, administrator.arn
        self.register_outputs(
            {
                "endpoint": self.endpoint,
                "arn": self.arn,
                "domainName": self.domain_name,
                "securityGroupId": self.security_group_id,
                "administratorRoleArn": self.administrator_role_arn,
            }
        )


def _nodes(settings: SearchSettings) -> opensearch.DomainClusterConfigArgsDict:
    nodes: opensearch.DomainClusterConfigArgsDict = {
        "instance_type": settings.instance_type,
        "instance_count": settings.instances,
        "zone_awareness_enabled": True,
        "zone_awareness_config": {"availability_zone_count": ZONES},
        "dedicated_master_enabled": settings.dedicated_masters,
    }
    if settings.dedicated_masters:
        nodes["dedicated_master_count"], nodes["dedicated_master_type"] = MASTERS, settings.master_type
    return nodes
