"""Machines: launch templates, instances and volumes."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import absent, each, off, on, present, together
from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node, Resource

TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
INSTANCE = "aws:ec2/instance:Instance"
VOLUME = "aws:ebs/volume:Volume"

_volume = together(on("encrypted"), present("kmsKeyId"))


def _imdsv2(machine: Node) -> Iterator[Finding]:
    if machine.text("metadataOptions.httpTokens", "optional") != "required":
        yield Finding("metadataOptions.httpTokens", "does not require a session token")
    hops = machine.limit("mostHops")
    if machine.number("metadataOptions.httpPutResponseHopLimit", 1) > hops:
        yield Finding("metadataOptions.httpPutResponseHopLimit", f"is more than {hops:g}")


def _disks(resource: Resource) -> Iterator[Finding]:
    if resource.type == VOLUME:
        yield from _volume(resource)
    elif resource.type == INSTANCE:
        if not resource.has("rootBlockDevice"):
            yield Finding("rootBlockDevice", "is not set")
        yield from together(each("rootBlockDevice", _volume), each("ebsBlockDevices", _volume))(resource)
    else:
        if not resource.has("blockDeviceMappings"):
            yield Finding("blockDeviceMappings", "is not set")
        yield from each("blockDeviceMappings", each("ebs", _volume))(resource)


RULES = (
    ResourceRule(
        id="aws-ec2-imdsv2",
        types=(TEMPLATE, INSTANCE),
        severity=Severity.HIGH,
        description="Machines serve their credentials to IMDSv2 alone, and not to their containers.",
        why="With IMDSv1, or over a further hop, any request that a pod can be made to send yields the node's role.",
        remedy='Set metadata_options.http_tokens="required" and http_put_response_hop_limit=1.',
        settings={
            "mostHops": {
                "type": "number",
                "minimum": 1,
                "default": 1,
                "description": "Highest http_put_response_hop_limit; 2 lets containers reach the service.",
            }
        },
        check=_imdsv2,
    ),
    ResourceRule(
        id="aws-ec2-encrypted-disks",
        types=(TEMPLATE, INSTANCE, VOLUME),
        severity=Severity.HIGH,
        description="Machines' disks are encrypted with a customer-managed key.",
        why="A disk holds images, logs and secrets of whatever ran there, and its snapshots can be shared.",
        remedy="Set encrypted and kms_key_id on each disk, the root disk included.",
        check=_disks,
    ),
    ResourceRule(
        id="aws-ec2-template-no-ssh-key",
        types=(TEMPLATE,),
        severity=Severity.MEDIUM,
        description="Launch templates name no SSH key.",
        why="One key then opens every machine, and nothing rotates it or records its use.",
        remedy="Leave key_name out; Session Manager reaches a machine without a key.",
        check=absent("keyName"),
    ),
    ResourceRule(
        id="aws-ec2-template-no-public-address",
        types=(TEMPLATE,),
        severity=Severity.HIGH,
        description="Launch templates give no public address.",
        why="Every machine that starts from it would be on the internet.",
        remedy="Leave network_interfaces.associate_public_ip_address out or set it to false.",
        check=each("networkInterfaces", off("associatePublicIpAddress")),
    ),
)
