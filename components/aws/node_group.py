"""A managed group of EKS worker nodes on Bottlerocket."""

import base64
from collections.abc import Sequence
from typing import Literal

import pulumi
from pulumi_aws import ec2, eks

from components.aws.component import AwsComponent, Scope
from settings.aws import NodeGroupSettings

AMI_TYPES: dict[Literal["arm64", "x86_64"], str] = {
    "arm64": "BOTTLEROCKET_ARM_64",
    "x86_64": "BOTTLEROCKET_x86_64",
}

# EKS adds what joins the cluster. https://bottlerocket.dev/en/os/latest/#/api/settings/
BOTTLEROCKET = """\
[settings.kernel]
lockdown = "integrity"

[settings.host-containers.admin]
enabled = false
"""


class NodeGroup(AwsComponent):
    """Nodes with encrypted disks and no way in but Systems Manager, repaired, and updated a part at a time by people.

    Instance metadata takes session tokens and one hop, so pods off the host's network cannot borrow the node's role.
    A group has `minimum` nodes: Karpenter starts what more is needed, beside the groups. A size that people set by hand
    lasts until the group's next update.
    """

    group: eks.NodeGroup

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: NodeGroupSettings,
        *,
        cluster_name: pulumi.Input[str],
        version: str,
        node_role_arn: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        volumes_key_arn: pulumi.Input[str],
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the group once `after` is there: what a node must find when it joins."""
        super().__init__("NodeGroup", name, scope, "confidential", opts)
        tags = {"Name": name, **self.tags}
        template = ec2.LaunchTemplate(
            f"{name}-nodes",
            update_default_version=True,
            user_data=base64.b64encode(BOTTLEROCKET.encode()).decode(),
            metadata_options={
                "http_endpoint": "enabled",
                "http_tokens": "required",
                "http_put_response_hop_limit": 1,
                "instance_metadata_tags": "disabled",
            },
            monitoring={"enabled": True},
            block_device_mappings=[
                _disk("/dev/xvda", 4, volumes_key_arn),
                _disk("/dev/xvdb", settings.data_volume_gib, volumes_key_arn),
            ],
            tag_specifications=[
                {"resource_type": resource_type, "tags": tags}
                for resource_type in ("instance", "volume", "network-interface")
            ],
            opts=self.child(),
        )
        self.group = eks.NodeGroup(
            f"{name}-nodes",
            cluster_name=cluster_name,
            version=version,
            node_role_arn=node_role_arn,
            subnet_ids=subnet_ids,
            ami_type=AMI_TYPES[settings.architecture],
            capacity_type=settings.capacity,
            instance_types=list(settings.instance_types),
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            scaling_config={
                "desired_size": settings.minimum,
                "min_size": settings.minimum,
                "max_size": settings.maximum,
            },
            update_config={"max_unavailable_percentage": 33},
            node_repair_config={"enabled": True},
            labels=settings.labels,
            taints=[{"key": key, "effect": effect} for key, effect in settings.taints.items()],
            opts=self.child(depends_on=after),
        )
        self.register_outputs({"name": self.group.node_group_name})


def _disk(device: str, gib: int, key_arn: pulumi.Input[str]) -> ec2.LaunchTemplateBlockDeviceMappingArgsDict:
    """Bottlerocket's disks: its image on xvda, containers and their data on xvdb."""
    return {
        "device_name": device,
        "ebs": {
            "volume_type": "gp3",
            "volume_size": gib,
            "encrypted": "true",
            "kms_key_id": key_arn,
            "delete_on_termination": "true",
        },
    }
