from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

VPC = Subject("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}, "vpc")
PODS = Subject(
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
    {"vpcId": "vpc-1", "cidrBlock": "100.64.0.0/16"},
    "pods",
)
CLUSTER = Subject(
    "aws:eks/cluster:Cluster",
    {"name": "cluster", "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/20"}},
    "cluster",
)
SUBNET = Subject("aws:ec2/subnet:Subnet", {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24"}, "a")
NEXT_SUBNET = Subject("aws:ec2/subnet:Subnet", {"vpcId": "vpc-1", "cidrBlock": "10.0.1.0/24"}, "b")

CASES = {
    "aws-address-ranges-disjoint": Cases(
        passes=[
            [VPC, PODS, CLUSTER, SUBNET, NEXT_SUBNET],
            [VPC, CLUSTER.unset("kubernetesNetworkConfig")],
            [CLUSTER],
        ],
        fails=[
            ([VPC, PODS.set("cidrBlock", "10.0.128.0/17")], "cidrBlock"),
            (
                [VPC, CLUSTER.set("kubernetesNetworkConfig.serviceIpv4Cidr", "10.0.0.0/8")],
                "kubernetesNetworkConfig.serviceIpv4Cidr",
            ),
            ([SUBNET, NEXT_SUBNET.set("cidrBlock", "10.0.0.128/25")], "cidrBlock"),
            ([VPC.set("cidrBlock", UNKNOWN), SUBNET, NEXT_SUBNET.set("cidrBlock", "10.0.0.0/25")], "cidrBlock"),
        ],
        unknown=[[VPC, PODS.set("cidrBlock", UNKNOWN)]],
    ),
}

test_verdicts = verdicts(CASES)
