"""Why resources wait for others whose outputs they do not use: each `depends_on` of the program has its reason here.

Every such edge may make a deployment longer; `python -m bench` prints what they cost together.
"""

from collections.abc import Mapping

REASONS: Mapping[tuple[str, str], str] = {
    ("*", "aws:cloudwatch/logGroup:LogGroup"): (
        "the service makes a missing log group itself, unencrypted and kept for ever, and ours then meets it"
    ),
    ("*", "aws:iam/rolePolicy*"): "a role can do nothing before its policies, and the service uses it at once",
    ("*", "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"): (
        "the service checks that it may write to the log group when logging is turned on"
    ),
    ("aws:cfg/conformancePack:ConformancePack", "aws:cfg/recorderStatus:RecorderStatus"): (
        "Config refuses rules in a region where it does not record"
    ),
    ("aws:cfg/deliveryChannel:DeliveryChannel", "aws:cfg/recorder:Recorder"): (
        "Config takes a delivery channel only where there is a recorder"
    ),
    ("aws:cfg/recorderStatus:RecorderStatus", "aws:cfg/deliveryChannel:DeliveryChannel"): (
        "a recorder starts only once it can deliver"
    ),
    ("aws:cloudtrail/trail:Trail", "aws:s3/bucketPolicy:BucketPolicy"): (
        "CloudTrail checks that it may write to the bucket when the trail is made"
    ),
    ("aws:cloudfront/vpcOrigin:VpcOrigin", "aws:lb/listener:Listener"): (
        "CloudFront refuses a load balancer that does not listen on the origin's port"
    ),
    ("aws:cloudfront/vpcOrigin:VpcOrigin", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"): (
        "CloudFront must be let in before it sends anything"
    ),
    ("aws:ec2/eip:Eip", "aws:ec2/internetGateway:InternetGateway"): (
        "EC2 associates an address only in a VPC that has an internet gateway"
    ),
    ("*", "aws:ec2/route:Route"): (
        "a NAT gateway without a way to the internet drops what the first nodes fetch, and a load balancer that is to"
        " face the internet is refused"
    ),
    ("aws:ec2/route:Route", "aws:ec2transitgateway/vpcAttachment:VpcAttachment"): (
        "EC2 refuses a route to a Transit Gateway that the VPC is not attached to"
    ),
    ("aws:ec2/subnet:Subnet", "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"): (
        "a subnet's range must be one of the VPC's, and the pods' lies in the secondary one"
    ),
    ("multicloud:aws:*", "aws:ec2/natGateway:NatGateway"): (
        "many quick resources would take every worker just when the stores, which take far longer, could start"
    ),
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/natGateway:NatGateway"): (
        "the endpoints together would take every worker just when the clusters, which take far longer, could start"
    ),
    ("aws:ecr/*", "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"): (
        "a repository that ECR makes without its template is neither encrypted by our key nor scanned"
    ),
    ("aws:eks/addon:Addon", "aws:eks/nodeGroup:NodeGroup"): (
        "an add-on that runs on nodes is degraded without any, and its deployment fails"
    ),
    ("aws:eks/nodeGroup:NodeGroup", "aws:eks/addon:Addon"): (
        "a node without network plug-in, proxy and identity agent is never ready, and its group fails"
    ),
    ("aws:macie2/classificationJob:ClassificationJob", "aws:macie2/account:Account"): (
        "Macie runs no job in an account where it is off"
    ),
    ("aws:msk/singleScramSecretAssociation:SingleScramSecretAssociation", "aws:secretsmanager/secretPolicy:*"): (
        "MSK reads the secret when it is associated, and may only by the secret's policy"
    ),
    ("aws:opensearch/domain:Domain", "aws:iam/serviceLinkedRole:ServiceLinkedRole"): (
        "OpenSearch enters the VPC by its service-linked role, and refuses a domain there without"
    ),
    ("aws:route53/hostedZoneDnsSec:HostedZoneDnsSec", "aws:route53/keySigningKey:KeySigningKey"): (
        "Route 53 refuses to sign a zone that has no active key"
    ),
    ("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "aws:s3/bucketVersioning:BucketVersioning"): (
        "rules for former versions are refused, or do nothing, before there are any"
    ),
    ("aws:s3/bucketObjectLockConfiguration:*", "aws:s3/bucketVersioning:BucketVersioning"): (
        "S3 locks objects only in a bucket with versions"
    ),
    ("aws:s3/bucketPolicy:BucketPolicy", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"): (
        "S3 takes one change of a bucket's access at a time, and answers the second with a conflict"
    ),
    ("aws:securityhub/standardsSubscription:StandardsSubscription", "aws:securityhub/account:Account"): (
        "Security Hub takes standards only where it is on"
    ),
    ("gcp:memorystore/instance:Instance", "gcp:networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy"): (
        "Memorystore makes its endpoints where the policy lets it, and refuses an instance for which there is none"
    ),
    ("gcp:sql/databaseInstance:DatabaseInstance", "gcp:servicenetworking/connection:Connection"): (
        "Cloud SQL takes a private address from the peering, and refuses a network that has none"
    ),
    ("kubernetes:*.istio.io/*", "gcp:gkehub/featureMembership:FeatureMembership"): (
        "Google brings the mesh's kinds of objects into a cluster that is in the mesh"
    ),
    ("kubernetes:helm.sh/v3:Release", "gcp:gkehub/featureMembership:FeatureMembership"): (
        "pods that start before the mesh get no proxy, and the gateway is nothing else"
    ),
    ("kubernetes:helm.sh/v3:Release", "kubernetes:cert-manager.io/*"): (
        "istiod that finds no CA makes a root of its own, and a gateway without a certificate serves nobody"
    ),
    ("kubernetes:*", "kubernetes:helm.sh/v3:Release"): (
        "the cluster refuses objects of kinds that no chart has defined yet, and pods need what other charts bring"
    ),
    ("kubernetes:external-secrets.io/v1:ExternalSecret", "kubernetes:external-secrets.io/v1:ClusterSecretStore"): (
        "a secret names its store, which the cluster does not check, and is in error until there is one"
    ),
    ("pulumi:providers:gcp", "gcp:projects/service:Service"): (
        "Google refuses every call to an API that is not on; by its provider each resource waits for all of them"
    ),
}
"""Reasons by the types of the resource that waits and of the one it waits for; `*` stands for any text."""
