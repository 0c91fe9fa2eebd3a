"""What the primary's security groups admit from the link, and let out to it."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import vpc

from components.aws import component as aws_component
from components.crosscloud.component import CrossCloudComponent
from components.gcp import component as gcp_component
from settings.flows import Flow


class Openings(CrossCloudComponent):
    """One rule for each flow and range, in the group of the store at the primary's end: a port, and no more.

    The other end's firewall has its own rules, which the standby makes: a flow needs both. Addresses and not groups
    name the other end, for a security group knows no members across a link.
    """

    rules: list[pulumi.CustomResource]
    """What admits; what lets out is for the way back, which nobody tries at once."""

    def __init__(
        self,
        name: str,
        aws: aws_component.Scope,
        gcp: gcp_component.Scope,
        *,
        groups: Mapping[str, pulumi.Input[str]],
        entering: Mapping[str, Flow],
        leaving: Mapping[str, Flow],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Admit `entering` into the group of that name, and let `leaving` out of it."""
        super().__init__("Openings", name, aws, gcp, "internal", opts)
        self.rules = []
        for store, flow in entering.items():
            for at, source in enumerate(flow.sources):
                admitted = vpc.SecurityGroupIngressRule(
                    f"{name}-{store}-{at}",
                    security_group_id=groups[store],
                    description=flow.purpose,
                    cidr_ipv4=str(source),
                    ip_protocol="tcp",
                    from_port=flow.port,
                    to_port=flow.port,
                    opts=self.child(),
                )
                self.rules.append(admitted)
        for store, flow in leaving.items():
            for at, destination in enumerate(flow.destinations):
                vpc.SecurityGroupEgressRule(
                    f"{name}-{store}-back-{at}",
                    security_group_id=groups[store],
                    description=flow.purpose,
                    cidr_ipv4=str(destination),
                    ip_protocol="tcp",
                    from_port=flow.port,
                    to_port=flow.port,
                    opts=self.child(),
                )
        self.register_outputs({})
