"""What each of the cluster's controllers may do in AWS, as IAM statements and nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components.aws.bucket import Bucket
from components.aws.component import Scope
from components.aws.iam import Statement, allow

CLUSTER_TAG = "elbv2.k8s.aws/cluster"
"""The tag that the load-balancer controller puts on whatever it makes."""


def load_balancer(scope: Scope, cluster_name: str, vpc_id: pulumi.Input[str]) -> list[Statement]:
    """AWS Load Balancer Controller: load balancers, target groups and security groups that carry the cluster's tag.

    It may register pods in any target group of the account, because the front door's belongs to this program. TLS ends
    in the mesh, so rights on certificates, WAF, Shield and Cognito are left out: its chart sets `enableShield`,
    `enableWaf` and `enableWafv2` to false. https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation/
    """
    made = {"StringEquals": {f"aws:ResourceTag/{CLUSTER_TAG}": cluster_name}}
    making = {"StringEquals": {f"aws:RequestTag/{CLUSTER_TAG}": cluster_name}}
    groups = scope.arn("ec2", "security-group/*")
    balancers = scope.arn("elasticloadbalancing", "loadbalancer/*")
    targets = scope.arn("elasticloadbalancing", "targetgroup/*")
    listeners = scope.arn("elasticloadbalancing", "listener/*")
    rules = scope.arn("elasticloadbalancing", "listener-rule/*")
    return [
        # AWS has no resource-level permission for these reads.
        allow(
            [
                "ec2:DescribeAccountAttributes",
                "ec2:DescribeAddresses",
                "ec2:DescribeAvailabilityZones",
                "ec2:DescribeInstances",
                "ec2:DescribeInternetGateways",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeRouteTables",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeTags",
                "ec2:DescribeVpcPeeringConnections",
                "ec2:DescribeVpcs",
                "elasticloadbalancing:DescribeCapacityReservation",
                "elasticloadbalancing:DescribeListenerAttributes",
                "elasticloadbalancing:DescribeListenerCertificates",
                "elasticloadbalancing:DescribeListeners",
                "elasticloadbalancing:DescribeLoadBalancerAttributes",
                "elasticloadbalancing:DescribeLoadBalancers",
                "elasticloadbalancing:DescribeRules",
                "elasticloadbalancing:DescribeSSLPolicies",
                "elasticloadbalancing:DescribeTags",
                "elasticloadbalancing:DescribeTargetGroupAttributes",
                "elasticloadbalancing:DescribeTargetGroups",
                "elasticloadbalancing:DescribeTargetHealth",
            ],
            "*",
            sid="Read",
            conditions={"StringEquals": {"aws:RequestedRegion": scope.region}},
        ),
        allow(
            ["iam:CreateServiceLinkedRole"],
            f"arn:aws:iam::{scope.account_id}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*",
            sid="ServiceRole",
            conditions={"StringEquals": {"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"}},
        ),
        allow(
            ["ec2:CreateSecurityGroup", "ec2:GetSecurityGroupsForVpc"],
            pulumi.Output.concat(scope.arn("ec2", "vpc/"), vpc_id),
            sid="GroupsOfThisVpc",
        ),
        allow(["ec2:CreateSecurityGroup"], groups, sid="MakeGroups", conditions=making),
        allow(
            ["ec2:CreateTags"],
            groups,
            sid="TagNewGroups",
            conditions={"StringEquals": {**making["StringEquals"], "ec2:CreateAction": "CreateSecurityGroup"}},
        ),
        allow(
            ["ec2:CreateTags", "ec2:DeleteTags"],
            groups,
            sid="TagGroups",
            conditions={**made, "Null": {f"aws:RequestTag/{CLUSTER_TAG}": "true"}},
        ),
        allow(
            ["ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup", "ec2:RevokeSecurityGroupIngress"],
            groups,
            sid="ChangeGroups",
            conditions=made,
        ),
        # Nodes and pods let the load balancers in; EKS tags their group.
        allow(
            ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
            groups,
            sid="OpenNodes",
            conditions={"StringEquals": {f"aws:ResourceTag/kubernetes.io/cluster/{cluster_name}": "owned"}},
        ),
        allow(
            ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
            [balancers, targets],
            sid="Make",
            conditions=making,
        ),
        allow(
            ["elasticloadbalancing:AddTags"],
            [balancers, targets],
            sid="TagNew",
            conditions={
                "StringEquals": {
                    **making["StringEquals"],
                    "elasticloadbalancing:CreateAction": ["CreateLoadBalancer", "CreateTargetGroup"],
                }
            },
        ),
        allow(
            ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
            [balancers, targets],
            sid="Tag",
            conditions={**made, "Null": {f"aws:RequestTag/{CLUSTER_TAG}": "true"}},
        ),
        allow(
            ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
            [listeners, rules],
            sid="TagListeners",
        ),
        allow(
            [
                "elasticloadbalancing:CreateListener",
                "elasticloadbalancing:DeleteLoadBalancer",
                "elasticloadbalancing:DeleteTargetGroup",
                "elasticloadbalancing:ModifyCapacityReservation",
                "elasticloadbalancing:ModifyLoadBalancerAttributes",
                "elasticloadbalancing:ModifyTargetGroup",
                "elasticloadbalancing:ModifyTargetGroupAttributes",
                "elasticloadbalancing:SetIpAddressType",
                "elasticloadbalancing:SetSecurityGroups",
                "elasticloadbalancing:SetSubnets",
            ],
            [balancers, targets],
            sid="Change",
            conditions=made,
        ),
        allow(
            [
                "elasticloadbalancing:CreateRule",
                "elasticloadbalancing:DeleteListener",
                "elasticloadbalancing:DeleteRule",
                "elasticloadbalancing:ModifyListener",
                "elasticloadbalancing:ModifyListenerAttributes",
                "elasticloadbalancing:ModifyRule",
                "elasticloadbalancing:SetRulePriorities",
            ],
            [listeners, rules],
            sid="ChangeListeners",
            conditions=made,
        ),
        allow(
            ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"], targets, sid="Register"
        ),
    ]


def node_provisioning(
    scope: Scope,
    cluster_name: str,
    *,
    cluster_arn: pulumi.Input[str],
    subnet_ids: Sequence[pulumi.Input[str]],
    security_group_id: pulumi.Input[str],
    node_role_arn: pulumi.Input[str],
    instance_profile_arn: pulumi.Input[str],
    queue_arn: pulumi.Input[str],
    queue_key_arn: pulumi.Input[str],
    volumes_key_arn: pulumi.Input[str],
) -> list[Statement]:
    """Karpenter: instances of its node pools, in the nodes' subnets and security group, with the nodes' profile.

    The profile is made here, so Karpenter manages none: its node classes name it (`instanceProfile`).
    https://karpenter.sh/docs/reference/cloudformation/
    """
    owned = {f"kubernetes.io/cluster/{cluster_name}": "owned"}
    pool = "karpenter.sh/nodepool"
    made = _tagged("ResourceTag", owned, pool)
    making = _tagged("RequestTag", {**owned, "eks:eks-cluster-name": cluster_name}, pool)
    created = [
        scope.arn("ec2", f"{kind}/*")
        for kind in ("fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume")
    ]
    images = [f"arn:aws:ec2:{scope.region}::{kind}/*" for kind in ("image", "snapshot")]
    instances, templates = scope.arn("ec2", "instance/*"), scope.arn("ec2", "launch-template/*")
    by_ec2 = {"StringEquals": {"kms:ViaService": f"ec2.{scope.region}.amazonaws.com"}}
    return [
        allow(
            ["ec2:CreateFleet", "ec2:RunInstances"],
            [
                *images,
                pulumi.Output.concat(scope.arn("ec2", "security-group/"), security_group_id),
                *(pulumi.Output.concat(scope.arn("ec2", "subnet/"), subnet_id) for subnet_id in subnet_ids),
            ],
            sid="StartFrom",
        ),
        allow(["ec2:CreateFleet", "ec2:RunInstances"], templates, sid="StartFromTemplates", conditions=made),
        allow(
            ["ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:RunInstances"], created, sid="Start", conditions=making
        ),
        allow(
            ["ec2:CreateTags"],
            created,
            sid="TagNew",
            conditions={
                **making,
                "StringEquals": {
                    **making["StringEquals"],
                    "ec2:CreateAction": ["CreateFleet", "CreateLaunchTemplate", "RunInstances"],
                },
            },
        ),
        allow(
            ["ec2:CreateTags"],
            instances,
            sid="Tag",
            conditions={
                **made,
                "StringEqualsIfExists": {"aws:RequestTag/eks:eks-cluster-name": cluster_name},
                "ForAllValues:StringEquals": {
                    "aws:TagKeys": ["Name", "eks:eks-cluster-name", "karpenter.sh/nodeclaim"]
                },
            },
        ),
        allow(
            ["ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"], [instances, templates], sid="Stop", conditions=made
        ),
        # AWS has no resource-level permission for these reads.
        allow(
            [
                "ec2:DescribeCapacityReservations",
                "ec2:DescribeImages",
                "ec2:DescribeInstanceStatus",
                "ec2:DescribeInstanceTypeOfferings",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeInstances",
                "ec2:DescribeLaunchTemplates",
                "ec2:DescribePlacementGroups",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSpotPriceHistory",
                "ec2:DescribeSubnets",
            ],
            "*",
            sid="Read",
            conditions={"StringEquals": {"aws:RequestedRegion": scope.region}},
        ),
        # The price list has no resource-level permission, and is served in a few regions only.
        allow(["pricing:GetProducts"], "*", sid="Prices"),
        allow(["ssm:GetParameter"], f"arn:aws:ssm:{scope.region}::parameter/aws/service/*", sid="Images"),
        allow(["eks:DescribeCluster"], cluster_arn, sid="Cluster"),
        # It takes no resource but by its condition: the zones that this cluster has been moved out of.
        allow(
            ["arc-zonal-shift:GetManagedResource"],
            "*",
            sid="ZonalShift",
            conditions={"StringEquals": {"arc-zonal-shift:ResourceIdentifier": cluster_arn}},
        ),
        allow(
            ["iam:PassRole"],
            node_role_arn,
            sid="NodeRole",
            conditions={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
        allow(["iam:GetInstanceProfile"], instance_profile_arn, sid="NodeProfile"),
        # AWS has no resource-level permission for it. Karpenter looks for profiles of its own to clear away.
        allow(["iam:ListInstanceProfiles"], "*", sid="NodeProfiles"),
        allow(
            ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
            queue_arn,
            sid="Interruptions",
        ),
        allow(["kms:Decrypt"], queue_key_arn, sid="InterruptionsKey"),
        allow(
            ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"],
            volumes_key_arn,
            sid="Volumes",
            conditions=by_ec2,
        ),
        allow(
            ["kms:CreateGrant"],
            volumes_key_arn,
            sid="VolumesGrant",
            conditions={**by_ec2, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]


def dns_records(zone_arn: pulumi.Input[str], reserved_names: Sequence[str]) -> list[Statement]:
    """ExternalDNS: the zone's records, save the reserved names, which decide a failover and are this program's alone.

    https://kubernetes-sigs.github.io/external-dns/latest/docs/tutorials/aws/
    """
    return [
        allow(["route53:ListResourceRecordSets", "route53:ListTagsForResources"], zone_arn, sid="Read"),
        # AWS has no resource-level permission for it.
        allow(["route53:ListHostedZones"], "*", sid="Find"),
        allow(
            ["route53:ChangeResourceRecordSets"],
            zone_arn,
            sid="Change",
            conditions={
                "ForAllValues:StringNotEquals": {
                    "route53:ChangeResourceRecordSetsNormalizedRecordNames": list(reserved_names)
                }
            },
        ),
    ]


def dns_challenges(zone_arn: pulumi.Input[str]) -> list[Statement]:
    """cert-manager: ACME's challenges in the zone, which are TXT records of one prefix.

    https://cert-manager.io/docs/configuration/acme/dns01/route53/
    """
    return [
        allow(["route53:GetChange"], "arn:aws:route53:::change/*", sid="Wait"),
        # AWS has no resource-level permission for it.
        allow(["route53:ListHostedZonesByName"], "*", sid="Find"),
        allow(["route53:ListResourceRecordSets"], zone_arn, sid="Read"),
        allow(
            ["route53:ChangeResourceRecordSets"],
            zone_arn,
            sid="Change",
            conditions={
                "ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": ["TXT"]},
                "ForAllValues:StringLike": {
                    "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_acme-challenge.*"]
                },
            },
        ),
    ]


def signatures(scope: Scope, repositories: str) -> list[Statement]:
    """Kyverno: reads our images' signatures, which lie beside them in repositories whose names start with a path.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
    """
    return [
        # A login to the account's whole registry, which opens no repository by itself.
        allow(["ecr:GetAuthorizationToken"], "*", sid="Login"),
        allow(
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            scope.arn("ecr", f"repository/{repositories}/*"),
            sid="Signatures",
        ),
    ]


def reports(scope: Scope, bucket_arn: pulumi.Input[str], prefix: str, key_arn: pulumi.Input[str]) -> list[Statement]:
    """The scans: write what they found below one prefix of a bucket, and read nothing."""
    return [
        allow(["s3:PutObject"], pulumi.Output.concat(bucket_arn, f"/{prefix}/*"), sid="Write"),
        allow(
            ["kms:GenerateDataKey"],
            key_arn,
            sid="Key",
            conditions={"StringEquals": {"kms:ViaService": f"s3.{scope.region}.amazonaws.com"}},
        ),
    ]


def secrets(scope: Scope, path: str, key_arn: pulumi.Input[str]) -> list[Statement]:
    """External Secrets: reads the secrets whose names start with a path, and no others.

    https://external-secrets.io/latest/provider/aws-secrets-manager/
    """
    return [
        allow(
            [
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetResourcePolicy",
                "secretsmanager:GetSecretValue",
                "secretsmanager:ListSecretVersionIds",
            ],
            scope.arn("secretsmanager", f"secret:{path}/*"),
            sid="Read",
        ),
        allow(
            ["kms:Decrypt"],
            key_arn,
            sid="Key",
            conditions={"StringEquals": {"kms:ViaService": f"secretsmanager.{scope.region}.amazonaws.com"}},
        ),
    ]


def unsealing(key_arn: pulumi.Input[str]) -> list[Statement]:
    """Vault: opens itself with its key.

    https://developer.hashicorp.com/vault/docs/configuration/seal/awskms
    """
    return [allow(["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"], key_arn, sid="Unseal")]


def recovery_keys(scope: Scope, secret_arn: pulumi.Input[str], key_arn: pulumi.Input[str]) -> list[Statement]:
    """Vault's configuration: puts recovery keys into one secret, and cannot read them there."""
    return [
        allow(["secretsmanager:PutSecretValue"], secret_arn, sid="Keep"),
        allow(
            ["kms:Decrypt", "kms:GenerateDataKey"],
            key_arn,
            sid="Key",
            conditions={"StringEquals": {"kms:ViaService": f"secretsmanager.{scope.region}.amazonaws.com"}},
        ),
    ]


def snapshots(scope: Scope, bucket: Bucket, folder: str) -> list[Statement]:
    """Vault's snapshots: adds objects to one folder, and reads none."""
    return [
        allow(["s3:PutObject"], pulumi.Output.concat(bucket.arn, f"/{folder}/*"), sid="Add"),
        *(
            [
                allow(
                    ["kms:GenerateDataKey"],
                    bucket.key_arn,
                    sid="Key",
                    conditions={"StringEquals": {"kms:ViaService": f"s3.{scope.region}.amazonaws.com"}},
                )
            ]
            if bucket.key_arn is not None
            else []
        ),
    ]


def registry_login(repository_arns: Sequence[pulumi.Input[str]]) -> list[Statement]:
    """Tokens for the registry, with which others pull from these repositories; a token has its maker's rights.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
    """
    return [
        # A token is for the whole registry: AWS offers no narrower resource.
        allow(["ecr:GetAuthorizationToken"], "*", sid="Token"),
        allow(
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            list(repository_arns),
            sid="Pull",
        ),
    ]


def _tagged(kind: str, tags: Mapping[str, str], any_value_of: str) -> dict[str, Mapping[str, Any]]:
    """Conditions that tags have these values, and that one more is there."""
    return {
        "StringEquals": {f"aws:{kind}/{tag}": value for tag, value in tags.items()},
        "StringLike": {f"aws:{kind}/{any_value_of}": "*"},
    }


def metrics_writing(workspace_arn: pulumi.Input[str]) -> list[Statement]:
    """Prometheus: what it measures, into the one workspace."""
    return [allow(["aps:RemoteWrite"], workspace_arn)]


def metrics_reading(scope: Scope, workspace_arn: pulumi.Input[str]) -> list[Statement]:
    """Grafana: the workspace's metrics, and CloudWatch's of the managed services.

    https://grafana.com/docs/grafana/latest/datasources/aws-cloudwatch/configure/
    """
    return [
        allow(["aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics"], workspace_arn),
        # AWS has no resource-level permission for these reads.
        allow(
            ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"],
            "*",
            sid="Read",
            conditions={"StringEquals": {"aws:RequestedRegion": [scope.region, "us-east-1"]}},
        ),
    ]


def trace_writing(scope: Scope) -> list[Statement]:
    """The collectors: traces into X-Ray, which has no resource-level permission for them."""
    return [
        allow(
            ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            "*",
            sid="Traces",
            conditions={"StringEquals": {"aws:RequestedRegion": scope.region}},
        )
    ]


def search_index(domain_arn: pulumi.Input[str], *paths: str, read: bool) -> list[Statement]:
    """What writes documents to the search domain; `paths` are the only ones it may ask for.

    Fine-grained access in the domain decides about indexes: by IAM alone a bulk request could name any.
    """
    verbs = ["es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut", *(["es:ESHttpGet"] if read else [])]
    return [allow(verbs, [pulumi.Output.concat(domain_arn, "/", path) for path in paths])]
