import json

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts


def policy(principal: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "es:ESHttpGet", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


OURS = policy("arn:aws:iam::111122223333:root")
DOMAIN = Subject(
    "aws:opensearch/domain:Domain",
    {
        "vpcOptions": {"subnetIds": ["subnet-1"]},
        "domainEndpointOptions": {"enforceHttps": True, "tlsSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"},
        "nodeToNodeEncryption": {"enabled": True},
        "encryptAtRest": {"enabled": True, "kmsKeyId": "arn:aws:kms:us-west-2:111122223333:key/1"},
        "advancedSecurityOptions": {"enabled": True},
        "logPublishingOptions": [
            {"logType": "INDEX_SLOW_LOGS", "cloudwatchLogGroupArn": "arn:index"},
            {"logType": "AUDIT_LOGS", "cloudwatchLogGroupArn": "arn:audit"},
        ],
        "clusterConfig": {"zoneAwarenessEnabled": True, "instanceCount": 3},
        "accessPolicies": OURS,
    },
)
DOMAIN_POLICY = Subject("aws:opensearch/domainPolicy:DomainPolicy", {"domainName": "search", "accessPolicies": OURS})

CASES = {
    "aws-opensearch-in-vpc": Cases(
        passes=[DOMAIN],
        fails=[
            (DOMAIN.unset("vpcOptions"), "vpcOptions.subnetIds"),
            (DOMAIN.set("vpcOptions.subnetIds", []), "vpcOptions.subnetIds"),
        ],
        unknown=[DOMAIN.set("vpcOptions.subnetIds", UNKNOWN)],
    ),
    "aws-opensearch-tls": Cases(
        passes=[DOMAIN, DOMAIN.unset("domainEndpointOptions.enforceHttps")],
        fails=[
            (DOMAIN.set("domainEndpointOptions.enforceHttps", False), "domainEndpointOptions.enforceHttps"),
            (DOMAIN.unset("domainEndpointOptions"), "domainEndpointOptions.tlsSecurityPolicy"),
            (
                DOMAIN.set("domainEndpointOptions.tlsSecurityPolicy", "Policy-Min-TLS-1-0-2019-07"),
                "domainEndpointOptions.tlsSecurityPolicy",
            ),
        ],
        unknown=[DOMAIN.set("domainEndpointOptions.tlsSecurityPolicy", UNKNOWN)],
    ),
    "aws-opensearch-node-to-node-tls": Cases(
        passes=[DOMAIN],
        fails=[(DOMAIN.unset("nodeToNodeEncryption"), "nodeToNodeEncryption.enabled")],
        unknown=[DOMAIN.set("nodeToNodeEncryption.enabled", UNKNOWN)],
    ),
    "aws-opensearch-encrypted-with-cmk": Cases(
        passes=[DOMAIN],
        fails=[
            (DOMAIN.set("encryptAtRest.enabled", False), "encryptAtRest.enabled"),
            (DOMAIN.unset("encryptAtRest.kmsKeyId"), "encryptAtRest.kmsKeyId"),
        ],
        unknown=[DOMAIN.set("encryptAtRest.kmsKeyId", UNKNOWN)],
    ),
    "aws-opensearch-fine-grained-access": Cases(
        passes=[DOMAIN],
        fails=[
            (DOMAIN.unset("advancedSecurityOptions"), "advancedSecurityOptions.enabled"),
            (
                DOMAIN.set("advancedSecurityOptions.anonymousAuthEnabled", True),
                "advancedSecurityOptions.anonymousAuthEnabled",
            ),
        ],
        unknown=[DOMAIN.set("advancedSecurityOptions.enabled", UNKNOWN)],
    ),
    "aws-opensearch-audit-log": Cases(
        passes=[DOMAIN],
        fails=[
            (DOMAIN.unset("logPublishingOptions"), "logPublishingOptions"),
            (DOMAIN.set("logPublishingOptions.1.enabled", False), "logPublishingOptions"),
        ],
        unknown=[DOMAIN.set("logPublishingOptions", UNKNOWN)],
    ),
    "aws-opensearch-survives-a-zone": Cases(
        passes=[DOMAIN],
        fails=[
            (DOMAIN.unset("clusterConfig.zoneAwarenessEnabled"), "clusterConfig.zoneAwarenessEnabled"),
            (DOMAIN.set("clusterConfig.instanceCount", 2), "clusterConfig.instanceCount"),
        ],
        unknown=[DOMAIN.set("clusterConfig.instanceCount", UNKNOWN)],
    ),
    "aws-opensearch-no-public-principal": Cases(
        passes=[DOMAIN, DOMAIN.unset("accessPolicies"), DOMAIN_POLICY],
        fails=[
            (DOMAIN.set("accessPolicies", policy("*")), "accessPolicies"),
            (DOMAIN_POLICY.set("accessPolicies", policy("*")), "accessPolicies"),
        ],
        unknown=[DOMAIN.set("accessPolicies", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
