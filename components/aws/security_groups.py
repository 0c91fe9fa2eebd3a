"""Security groups that name their callers: no address ranges where a group will do."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import ec2, vpc


def service_group(
    name: str,
    *,
    vpc_id: pulumi.Input[str],
    description: str,
    ports: Mapping[str, int],
    clients: Mapping[str, pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
) -> ec2.SecurityGroup:
    """A group that admits TCP `ports` (by purpose) from `clients` (groups by name); its members start no connection."""
    group = ec2.SecurityGroup(name, vpc_id=vpc_id, description=description, opts=opts)
    for purpose, port in ports.items():
        for client, client_group_id in clients.items():
            vpc.SecurityGroupIngressRule(
                f"{name}-{purpose}-{client}",
                security_group_id=group.id,
                referenced_security_group_id=client_group_id,
                description=f"{purpose} from {client}",
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                opts=opts,
            )
    return group
