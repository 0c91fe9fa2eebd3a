from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

CLUSTER = Subject(
    "aws:eks/cluster:Cluster",
    {
        "roleArn": "arn:aws:iam::111122223333:role/cluster",
        "vpcConfig": {"subnetIds": ["subnet-1"], "endpointPrivateAccess": True, "endpointPublicAccess": False},
        "encryptionConfig": {
            "provider": {"keyArn": "arn:aws:kms:us-west-2:111122223333:key/1"},
            "resources": ["secrets"],
        },
        "enabledClusterLogTypes": ["scheduler", "controllerManager", "authenticator", "audit", "api"],
        "accessConfig": {"authenticationMode": "API"},
    },
)
PUBLIC = CLUSTER.set("vpcConfig.endpointPublicAccess", True)
NODES = Subject(
    "aws:eks/nodeGroup:NodeGroup",
    {"clusterName": "prod", "nodeRoleArn": "arn", "subnetIds": ["subnet-1"], "launchTemplate": {"id": "lt-1"}},
)

CASES = {
    "aws-eks-private-endpoint": Cases(
        passes=[CLUSTER],
        fails=[
            (CLUSTER.set("vpcConfig.endpointPrivateAccess", False), "vpcConfig.endpointPrivateAccess"),
            (CLUSTER.unset("vpcConfig"), "vpcConfig.endpointPrivateAccess"),
        ],
        unknown=[CLUSTER.set("vpcConfig.endpointPrivateAccess", UNKNOWN), CLUSTER.set("vpcConfig", UNKNOWN)],
    ),
    "aws-eks-public-endpoint-narrow": Cases(
        passes=[
            CLUSTER,
            PUBLIC.set("vpcConfig.publicAccessCidrs", ["192.0.2.0/28", "203.0.113.7/32", "2001:db8::/124"]),
        ],
        fails=[
            (PUBLIC, "vpcConfig.publicAccessCidrs"),
            (CLUSTER.unset("vpcConfig.endpointPublicAccess"), "vpcConfig.publicAccessCidrs"),
            (PUBLIC.set("vpcConfig.publicAccessCidrs", ["0.0.0.0/0"]), "vpcConfig.publicAccessCidrs[0]"),
            (
                PUBLIC.set("vpcConfig.publicAccessCidrs", [UNKNOWN, "203.0.113.7/32", "192.0.2.0/27"]),
                "vpcConfig.publicAccessCidrs[2]",
            ),
            (PUBLIC.set("vpcConfig.publicAccessCidrs", ["2001:db8::/64"]), "vpcConfig.publicAccessCidrs[0]"),
        ],
        unknown=[
            PUBLIC.set("vpcConfig.publicAccessCidrs", [UNKNOWN]),
            CLUSTER.set("vpcConfig.endpointPublicAccess", UNKNOWN),
        ],
    ),
    "aws-eks-secrets-encrypted-with-cmk": Cases(
        passes=[CLUSTER],
        fails=[
            (CLUSTER.unset("encryptionConfig"), "encryptionConfig.provider.keyArn"),
            (CLUSTER.set("encryptionConfig.provider.keyArn", ""), "encryptionConfig.provider.keyArn"),
            (CLUSTER.set("encryptionConfig.resources", []), "encryptionConfig.resources"),
        ],
        unknown=[CLUSTER.set("encryptionConfig.provider.keyArn", UNKNOWN)],
    ),
    "aws-eks-control-plane-logs": Cases(
        passes=[CLUSTER],
        fails=[
            (CLUSTER.unset("enabledClusterLogTypes"), "enabledClusterLogTypes"),
            (CLUSTER.set("enabledClusterLogTypes", ["api", "audit"]), "enabledClusterLogTypes"),
        ],
        unknown=[CLUSTER.set("enabledClusterLogTypes", ["api", UNKNOWN])],
    ),
    "aws-eks-authentication-by-api": Cases(
        passes=[CLUSTER],
        fails=[
            (CLUSTER.unset("accessConfig"), "accessConfig.authenticationMode"),
            (CLUSTER.set("accessConfig.authenticationMode", "API_AND_CONFIG_MAP"), "accessConfig.authenticationMode"),
        ],
        unknown=[CLUSTER.set("accessConfig.authenticationMode", UNKNOWN)],
    ),
    "aws-eks-nodes-from-launch-template": Cases(
        passes=[NODES],
        fails=[(NODES.unset("launchTemplate"), "launchTemplate")],
        unknown=[NODES.set("launchTemplate", UNKNOWN)],
    ),
    "aws-eks-nodes-no-remote-access": Cases(
        passes=[NODES, NODES.set("remoteAccess", {})],
        fails=[(NODES.set("remoteAccess", {"ec2SshKey": "key-pair"}), "remoteAccess.ec2SshKey")],
        unknown=[NODES.set("remoteAccess", {"ec2SshKey": UNKNOWN})],
    ),
}

test_verdicts = verdicts(CASES)
