"""Why resources wait for others whose outputs they do not use: each `depends_on` of the program has its reason here.

Every such edge may make a deployment longer; `python -m bench` prints what they cost together.
"""

from collections.abc import Mapping

REASONS: Mapping[tuple[str, str], str] = {
    ("*", "aws:cloudwatch/logGroup:LogGroup"): (
        "the service makes a missing log group itself, unencrypted and kept for ever, and ours then meets it"
    ),
    ("*", "aws:iam/rolePolicy*"): "a role can do nothing before its policies, and the service uses it at once",
    ("aws:ec2/eip:Eip", "aws:ec2/internetGateway:InternetGateway"): (
        "EC2 associates an address only in a VPC that has an internet gateway"
    ),
    ("aws:ec2/natGateway:NatGateway", "aws:ec2/route:Route"): (
        "a NAT gateway without a way to the internet drops what the first nodes fetch"
    ),
    ("aws:ec2/route:Route", "aws:ec2transitgateway/vpcAttachment:VpcAttachment"): (
        "EC2 refuses a route to a Transit Gateway that the VPC is not attached to"
    ),
    ("aws:ec2/subnet:Subnet", "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"): (
        "a subnet's range must be one of the VPC's, and the pods' lies in the secondary one"
    ),
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/natGateway:NatGateway"): (
        "the endpoints together would take every worker just when the clusters, which take far longer, could start"
    ),
    ("aws:eks/addon:Addon", "aws:eks/nodeGroup:NodeGroup"): (
        "an add-on that runs on nodes is degraded without any, and its deployment fails"
    ),
    ("aws:eks/nodeGroup:NodeGroup", "aws:eks/addon:Addon"): (
        "a node without network plug-in, proxy and identity agent is never ready, and its group fails"
    ),
    ("aws:msk/singleScramSecretAssociation:SingleScramSecretAssociation", "aws:secretsmanager/secretPolicy:*"): (
        "MSK reads the secret when it is associated, and may only by the secret's policy"
    ),
}
"""Reasons by the types of the resource that waits and of the one it waits for; `*` stands for any text."""
