from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

VPC = Subject("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}, "vpc")
OTHER_VPC = Subject("aws:ec2/vpc:Vpc", {"cidrBlock": "10.1.0.0/16"}, "other")
DEFAULT_GROUP = Subject(
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    {"vpcId": "vpc-1", "ingress": [], "egress": []},
    "default",
    refs={"vpcId": VPC},
)
FLOW_LOG = Subject("aws:ec2/flowLog:FlowLog", {"vpcId": "vpc-1", "trafficType": "ALL"}, "flows", refs={"vpcId": VPC})
ENTRY = {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}
GROUP = Subject("aws:ec2/securityGroup:SecurityGroup", {"vpcId": "vpc-1", "ingress": [ENTRY]})
GROUP_RULE = Subject(
    "aws:ec2/securityGroupRule:SecurityGroupRule", {**ENTRY, "type": "ingress", "securityGroupId": "sg-1"}
)
INGRESS_RULE = Subject(
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "0.0.0.0/0", "securityGroupId": "sg-1"},
)
ALLOW = {"ruleNo": 100, "action": "allow", "protocol": "6", "fromPort": 0, "toPort": 65535, "cidrBlock": "0.0.0.0/0"}
DENY = {"ruleNo": 90, "action": "deny", "protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlock": "0.0.0.0/0"}
ACL = Subject("aws:ec2/networkAcl:NetworkAcl", {"vpcId": "vpc-1", "ingress": [ALLOW, DENY]})
DEFAULT_ACL = Subject(
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", {"defaultNetworkAclId": "acl-0", "ingress": [ALLOW]}
)
ACL_RULE = Subject(
    "aws:ec2/networkAclRule:NetworkAclRule",
    {
        "networkAclId": "acl-1",
        "ruleNumber": 100,
        "ruleAction": "allow",
        "protocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
        "cidrBlock": "0.0.0.0/0",
    },
)
SUBNET = Subject("aws:ec2/subnet:Subnet", {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "mapPublicIpOnLaunch": False})
ENDPOINT = Subject(
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    {
        "vpcId": "vpc-1",
        "serviceName": "com.amazonaws.us-west-2.s3",
        "policy": '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", '
        '"Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}}}',
    },
)
GATEWAY = Subject(
    "aws:ec2transitgateway/transitGateway:TransitGateway",
    {
        "autoAcceptSharedAttachments": "disable",
        "defaultRouteTableAssociation": "disable",
        "defaultRouteTablePropagation": "disable",
    },
)


def opened(first: int, last: int, *cidrs: str, protocol: str = "tcp") -> Subject:
    entry = {"protocol": protocol, "fromPort": first, "toPort": last, "cidrBlocks": list(cidrs)}
    return GROUP.set("ingress", [ENTRY, entry])


CASES = {
    "aws-vpc-default-group-closed": Cases(
        passes=[DEFAULT_GROUP, DEFAULT_GROUP.unset("ingress")],
        fails=[
            (DEFAULT_GROUP.set("ingress", [{**ENTRY, "self": True}]), "ingress"),
            (DEFAULT_GROUP.set("egress", [ENTRY]).set("ingress", UNKNOWN), "egress"),
        ],
        unknown=[DEFAULT_GROUP.set("ingress", UNKNOWN)],
    ),
    "aws-vpc-default-group-adopted": Cases(
        passes=[[VPC, DEFAULT_GROUP], [SUBNET], [VPC, DEFAULT_GROUP.set("vpcId", UNKNOWN)]],
        fails=[([VPC, OTHER_VPC, DEFAULT_GROUP], "")],
    ),
    "aws-vpc-flow-logs": Cases(
        passes=[[VPC, FLOW_LOG], [SUBNET]],
        fails=[([VPC], ""), ([VPC, OTHER_VPC, FLOW_LOG], "")],
    ),
    "aws-security-group-no-world-sensitive-ports": Cases(
        passes=[
            GROUP,
            opened(443, 443, "0.0.0.0/0"),
            opened(5432, 5432, "10.0.0.0/8"),
            opened(3, 4, "0.0.0.0/0", protocol="icmp"),
            GROUP_RULE.set("type", "egress").set("protocol", "-1").set("cidrBlocks", ["0.0.0.0/0"]),
            INGRESS_RULE,
            INGRESS_RULE.unset("cidrIpv4").set("referencedSecurityGroupId", "sg-2").set("ipProtocol", "-1"),
        ],
        fails=[
            (opened(22, 22, "0.0.0.0/0"), "ingress[1].cidrBlocks[0]"),
            (opened(5000, 6000, "10.0.0.0/8", "128.0.0.0/1"), "ingress[1].cidrBlocks[1]"),
            (opened(0, 0, "0.0.0.0/0", protocol="-1"), "ingress[1].cidrBlocks[0]"),
            (opened(9098, 9098, UNKNOWN, "0.0.0.0/0"), "ingress[1].cidrBlocks[1]"),
            (opened(22, 22, "0.0.0.0/0").set("ingress.0", UNKNOWN), "ingress[1].cidrBlocks[0]"),
            (GROUP_RULE.set("ipv6CidrBlocks", ["::/0"]).set("fromPort", 6379).set("toPort", 6379), "ipv6CidrBlocks[0]"),
            (INGRESS_RULE.set("fromPort", 3389).set("toPort", 3389), "cidrIpv4"),
            (INGRESS_RULE.set("cidrIpv6", "::/0").unset("cidrIpv4").set("ipProtocol", "-1"), "cidrIpv6"),
        ],
        unknown=[
            GROUP.set("ingress", UNKNOWN),
            opened(22, 22, UNKNOWN),
            INGRESS_RULE.set("fromPort", UNKNOWN),
        ],
    ),
    "aws-security-group-world-only-allowed-ports": Cases(
        passes=[GROUP, INGRESS_RULE, opened(22, 22, "0.0.0.0/0"), opened(8, 0, "0.0.0.0/0", protocol="icmp")],
        fails=[
            (opened(8080, 8080, "0.0.0.0/0"), "ingress[1].cidrBlocks[0]"),
            (INGRESS_RULE.set("toPort", 444), "cidrIpv4"),
            (GROUP_RULE.set("cidrBlocks", ["0.0.0.0/0"]).set("toPort", 444), "cidrBlocks[0]"),
        ],
        unknown=[INGRESS_RULE.set("cidrIpv4", UNKNOWN)],
    ),
    "aws-network-acl-no-world-admin": Cases(
        passes=[
            ACL,
            ACL.set("ingress", [{**ALLOW, "fromPort": 3390}]),
            ACL.set("ingress", [{**ALLOW, "cidrBlock": "10.0.0.0/8"}]),
            ACL.set("ingress", []),
            ACL_RULE,
            ACL_RULE.set("egress", True).set("protocol", "-1"),
        ],
        fails=[
            (ACL.set("ingress", [ALLOW]), "ingress[0].cidrBlock"),
            (ACL.set("ingress", [ALLOW, {**DENY, "ruleNo": 110}]), "ingress[0].cidrBlock"),
            (ACL.set("ingress", [{**ALLOW, "cidrBlock": None, "ipv6CidrBlock": "::/0"}]), "ingress[0].ipv6CidrBlock"),
            (DEFAULT_ACL, "ingress[0].cidrBlock"),
            (ACL_RULE.set("fromPort", 22), "cidrBlock"),
        ],
        unknown=[ACL.set("ingress.0.ruleNo", UNKNOWN), ACL_RULE.set("ruleAction", UNKNOWN).set("fromPort", 22)],
    ),
    "aws-subnet-no-automatic-public-ip": Cases(
        passes=[SUBNET, SUBNET.unset("mapPublicIpOnLaunch")],
        fails=[
            (SUBNET.set("mapPublicIpOnLaunch", True), "mapPublicIpOnLaunch"),
            (
                Subject(
                    "aws:ec2/defaultSubnet:DefaultSubnet",
                    {"availabilityZone": "us-west-2a", "mapPublicIpOnLaunch": True},
                ),
                "mapPublicIpOnLaunch",
            ),
        ],
        unknown=[SUBNET.set("mapPublicIpOnLaunch", UNKNOWN)],
    ),
    "aws-vpc-endpoint-policy": Cases(
        passes=[ENDPOINT],
        fails=[
            (ENDPOINT.unset("policy"), "policy"),
            (
                ENDPOINT.set(
                    "policy",
                    '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}]}',
                ),
                "policy",
            ),
        ],
        unknown=[ENDPOINT.set("policy", UNKNOWN)],
    ),
    "aws-transit-gateway-no-auto-accept": Cases(
        passes=[GATEWAY, GATEWAY.unset("autoAcceptSharedAttachments")],
        fails=[(GATEWAY.set("autoAcceptSharedAttachments", "enable"), "autoAcceptSharedAttachments")],
        unknown=[GATEWAY.set("autoAcceptSharedAttachments", UNKNOWN)],
    ),
    "aws-transit-gateway-explicit-routing": Cases(
        passes=[GATEWAY],
        fails=[
            (GATEWAY.unset("defaultRouteTableAssociation"), "defaultRouteTableAssociation"),
            (GATEWAY.set("defaultRouteTablePropagation", "enable"), "defaultRouteTablePropagation"),
        ],
        unknown=[GATEWAY.set("defaultRouteTableAssociation", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
