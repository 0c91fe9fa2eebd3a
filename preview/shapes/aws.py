"""AWS: ids, ARNs and what its provider computes."""

from __future__ import annotations

SERVICES = {
    "alb": "elasticloadbalancing",
    "appautoscaling": "application-autoscaling",
    "cfg": "config",
    "ec2transitgateway": "ec2",
    "lb": "elasticloadbalancing",
    "msk": "kafka",
    "opensearch": "es",
    "vpc": "ec2",
}
"""The SDK's modules whose name is not the service's in an ARN."""

_ARN = "arn:{partition}:{service}:{region}:{account}:"
_KMS_KEY_ARN = "arn:{partition}:kms:{region}:{account}:key/{uuid}"
_REPLICA_ARN = "arn:{partition}:dynamodb:{regionName}:{account}:table/{label}"

_EC2_IDS = {
    "ec2/customerGateway:CustomerGateway": ("cgw", "customer-gateway"),
    "ec2/defaultNetworkAcl:DefaultNetworkAcl": ("acl", "network-acl"),
    "ec2/defaultRouteTable:DefaultRouteTable": ("rtb", "route-table"),
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": ("sg", "security-group"),
    "ec2/eip:Eip": ("eipalloc", "elastic-ip"),
    "ec2/flowLog:FlowLog": ("fl", "vpc-flow-log"),
    "ec2/instance:Instance": ("i", "instance"),
    "ec2/internetGateway:InternetGateway": ("igw", "internet-gateway"),
    "ec2/launchTemplate:LaunchTemplate": ("lt", "launch-template"),
    "ec2/natGateway:NatGateway": ("nat", None),
    "ec2/networkAcl:NetworkAcl": ("acl", "network-acl"),
    "ec2/networkInterface:NetworkInterface": ("eni", "network-interface"),
    "ec2/managedPrefixList:ManagedPrefixList": ("pl", "prefix-list"),
    "ec2/routeTable:RouteTable": ("rtb", "route-table"),
    "ec2/securityGroup:SecurityGroup": ("sg", "security-group"),
    "ec2/subnet:Subnet": ("subnet", "subnet"),
    "ec2/vpc:Vpc": ("vpc", "vpc"),
    "ec2/vpcEndpoint:VpcEndpoint": ("vpce", "vpc-endpoint"),
    "ec2/vpcEndpointService:VpcEndpointService": ("vpce-svc", "vpc-endpoint-service"),
    "ec2/vpcPeeringConnection:VpcPeeringConnection": ("pcx", None),
    "ec2/vpnConnection:VpnConnection": ("vpn", "vpn-connection"),
    "ec2/vpnGateway:VpnGateway": ("vgw", "vpn-gateway"),
    "ec2transitgateway/routeTable:RouteTable": ("tgw-rtb", "transit-gateway-route-table"),
    "ec2transitgateway/transitGateway:TransitGateway": ("tgw", "transit-gateway"),
    "ec2transitgateway/vpcAttachment:VpcAttachment": ("tgw-attach", "transit-gateway-attachment"),
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule": ("sgr", "security-group-rule"),
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule": ("sgr", "security-group-rule"),
}
"""EC2's own: prefix of the id, and the resource's word in its ARN (None where there is no such output)."""

_ADDRESSED_BY_NAME = {
    "backup/plan:Plan": _ARN + "backup-plan:{uuid}",
    "backup/vault:Vault": _ARN + "backup-vault:{label}",
    "cloudtrail/trail:Trail": _ARN + "trail/{label}",
    "cloudwatch/logGroup:LogGroup": "arn:{partition}:logs:{region}:{account}:log-group:{label}",
    "cloudwatch/metricAlarm:MetricAlarm": _ARN + "alarm:{label}",
    "ecr/repository:Repository": _ARN + "repository/{label}",
    "eks/cluster:Cluster": _ARN + "cluster/{label}",
    "elasticache/parameterGroup:ParameterGroup": _ARN + "parametergroup:{label}",
    "elasticache/replicationGroup:ReplicationGroup": _ARN + "replicationgroup:{label}",
    "elasticache/subnetGroup:SubnetGroup": _ARN + "subnetgroup:{label}",
    "iam/instanceProfile:InstanceProfile": "arn:{partition}:iam::{account}:instance-profile{path}{label}",
    "iam/role:Role": "arn:{partition}:iam::{account}:role{path}{label}",
    "kms/alias:Alias": _ARN + "{label}",
    "lambda/function:Function": _ARN + "function:{label}",
    "rds/cluster:Cluster": _ARN + "cluster:{label}",
    "rds/clusterInstance:ClusterInstance": _ARN + "db:{label}",
    "rds/clusterParameterGroup:ClusterParameterGroup": _ARN + "cluster-pg:{label}",
    "rds/instance:Instance": _ARN + "db:{label}",
    "rds/parameterGroup:ParameterGroup": _ARN + "pg:{label}",
    "rds/subnetGroup:SubnetGroup": _ARN + "subgrp:{label}",
    "dynamodb/table:Table": _ARN + "table/{label}",
    "elasticache/user:User": _ARN + "user:{userId}",
    "opensearch/domain:Domain": _ARN + "domain/{label}",
    "s3/bucket:Bucket": "arn:{partition}:s3:::{label}",
    "ssm/parameter:Parameter": _ARN + "parameter/{label}",
}
"""Resources whose id in the provider is their name, with their ARN."""

_ADDRESSED_BY_ARN = {
    "acm/certificate:Certificate": _ARN + "certificate/{uuid}",
    "iam/openIdConnectProvider:OpenIdConnectProvider": "arn:{partition}:iam::{account}:oidc-provider/{host}",
    "iam/policy:Policy": "arn:{partition}:iam::{account}:policy{path}{label}",
    "kinesis/stream:Stream": _ARN + "stream/{label}",
    "lb/listener:Listener": _ARN + "listener/net/{label}/{hex:.16}",
    "lb/loadBalancer:LoadBalancer": _ARN + "loadbalancer/net/{label}/{hex:.16}",
    "lb/targetGroup:TargetGroup": _ARN + "targetgroup/{label}/{hex:.16}",
    "msk/cluster:Cluster": _ARN + "cluster/{label}/{clusterUuid}",
    "msk/configuration:Configuration": _ARN + "configuration/{label}/{uuid}-1",
    "secretsmanager/secret:Secret": _ARN + "secret:{label}-{hex:.6}",
    "sns/topic:Topic": _ARN + "{label}",
}
"""Resources whose id in the provider is their ARN."""


def _brokers(port: int) -> str:
    hosts = (f"b-{broker}.{{label}}.{{digits:.6}}.c2.kafka.{{region}}.amazonaws.com:{port}" for broker in (1, 2, 3))
    return ",".join(hosts)


_DETAILS: dict[str, dict[str, str | None]] = {
    "acm/certificate:Certificate": {
        "domainValidationOptions.resourceRecordName": "_{hex:.32}.{domainName}",
        "domainValidationOptions.resourceRecordType": "CNAME",
        "domainValidationOptions.resourceRecordValue": "_{hex:.32}.acm-validations.aws",
    },
    "amp/workspace:Workspace": {
        "arn": "arn:{partition}:aps:{region}:{account}:workspace/ws-{uuid}",
        "prometheusEndpoint": "https://aps-workspaces.{region}.amazonaws.com/workspaces/ws-{uuid}/",
    },
    "appautoscaling/policy:Policy": {
        "id": "{label}",
        "arn": "arn:{partition}:autoscaling:{region}:{account}:scalingPolicy:{uuid}:"
        "resource/{serviceNamespace}/{resourceId}:policyName/{label}",
    },
    "appautoscaling/target:Target": {
        "id": "{resourceId}",
        "arn": _ARN + "scalable-target/{hex:.36}",
    },
    "cloudfront/distribution:Distribution": {
        "id": "E{HEX:.13}",
        "arn": "arn:{partition}:cloudfront::{account}:distribution/{id}",
        "domainName": "d{hex:.13}.cloudfront.net",
        "hostedZoneId": "Z2FDTNDATAQYW2",
    },
    "cloudfront/vpcOrigin:VpcOrigin": {
        "id": "vo_{hex:.22}",
        "arn": "arn:{partition}:cloudfront::{account}:vpcorigin/{id}",
    },
    "cloudwatch/compositeAlarm:CompositeAlarm": {"id": "{alarmName}", "arn": _ARN + "alarm:{alarmName}"},
    "cloudwatch/eventRule:EventRule": {
        "id": "{label}",
        "arn": "arn:{partition}:events:{region}:{account}:rule/{label}",
    },
    "dynamodb/table:Table": {
        "replicas.arn": _REPLICA_ARN,
        "replicas.kmsKeyArn": "arn:{partition}:kms:{regionName}:{account}:key/{uuid}",
        "replicas.streamArn": _REPLICA_ARN + "/stream/{streamLabel}",
        "replicas.streamLabel": "2025-01-01T00:00:00.000",
        "serverSideEncryption.kmsKeyArn": _KMS_KEY_ARN,
        "streamArn": "{arn}/stream/{streamLabel}",
        "streamLabel": "2025-01-01T00:00:00.000",
    },
    "ec2/eip:Eip": {
        "allocationId": "{id}",
        "privateDns": None,
        "publicDns": "ec2-{hex:.8}.compute.amazonaws.com",
    },
    "ec2/eipAssociation:EipAssociation": {"id": "eipassoc-{hex:.17}"},
    "ec2/mainRouteTableAssociation:MainRouteTableAssociation": {"id": "rtbassoc-{hex:.17}"},
    "ec2/networkAclRule:NetworkAclRule": {"id": "nacl-{digits:.10}"},
    "ec2/route:Route": {"id": "r-{routeTableId}{digits:.10}"},
    "ec2/routeTableAssociation:RouteTableAssociation": {"id": "rtbassoc-{hex:.17}"},
    "ec2/securityGroupRule:SecurityGroupRule": {
        "id": "sgrule-{digits:.10}",
        "securityGroupRuleId": "sgr-{hex:.17}",
    },
    "ec2/vpc:Vpc": {
        "cidrBlock": "10.{octet}.0.0/16",
        "ipv6CidrBlock": "2001:db8:{hex:.4}::/56",
    },
    "ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": {"id": "vpc-cidr-assoc-{hex:.17}"},
    "directconnect/connection:Connection": {"id": "dxcon-{hex:.8}", "arn": _ARN + "dxcon/{id}"},
    "directconnect/gateway:Gateway": {
        "id": "{uuid}",
        "arn": "arn:{partition}:directconnect::{account}:dx-gateway/{id}",
    },
    "directconnect/gatewayAssociation:GatewayAssociation": {"id": "ga-{uuid}"},
    "directconnect/linkAggregationGroup:LinkAggregationGroup": {"id": "dxlag-{hex:.8}", "arn": _ARN + "dxlag/{id}"},
    "directconnect/transitVirtualInterface:TransitVirtualInterface": {
        "id": "dxvif-{hex:.8}",
        "arn": _ARN + "dxvif/{id}",
    },
    "ec2/vpnConnection:VpnConnection": {
        "transitGatewayAttachmentId": "tgw-attach-{hex:.17}",
        "tunnel1Address": "198.51.100.{octet}",
        "tunnel2Address": "198.51.100.{octet}",
    },
    "ec2transitgateway/route:Route": {"id": "{transitGatewayRouteTableId}_{destinationCidrBlock}"},
    "ec2transitgateway/routeTableAssociation:RouteTableAssociation": {
        "id": "{transitGatewayRouteTableId}_{transitGatewayAttachmentId}"
    },
    "ec2transitgateway/routeTablePropagation:RouteTablePropagation": {
        "id": "{transitGatewayRouteTableId}_{transitGatewayAttachmentId}"
    },
    "ecr/repository:Repository": {
        "encryptionConfigurations.kmsKey": _KMS_KEY_ARN,
        "repositoryUrl": "{account}.dkr.ecr.{region}.amazonaws.com/{label}",
    },
    "eks/accessEntry:AccessEntry": {
        "id": "{clusterName}:{principalArn}",
        "accessEntryArn": _ARN + "access-entry/{clusterName}/role/{account}/{hex:.12}/{uuid}",
    },
    "eks/accessPolicyAssociation:AccessPolicyAssociation": {"id": "{clusterName}#{principalArn}#{policyArn}"},
    "eks/addon:Addon": {
        "id": "{clusterName}:{addonName}",
        "arn": _ARN + "addon/{clusterName}/{addonName}/{uuid}",
    },
    "eks/cluster:Cluster": {
        "certificateAuthority.data": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t{hex:.20}",
        "clusterId": "{label}",
        "endpoint": "https://{HEX:.32}.gr7.{region}.eks.amazonaws.com",
        "kubernetesNetworkConfig.ipFamily": "ipv4",
        "kubernetesNetworkConfig.serviceIpv4Cidr": "172.20.0.0/16",
        "identities.oidcs.issuer": "https://oidc.eks.{region}.amazonaws.com/id/{HEX:.32}",
        "vpcConfig.clusterSecurityGroupId": "sg-{hex:.17}",
        "vpcConfig.vpcId": "vpc-{hex:.17}",
    },
    "eks/nodeGroup:NodeGroup": {
        "id": "{clusterName}:{label}",
        "arn": _ARN + "nodegroup/{clusterName}/{label}/{uuid}",
        "launchTemplate.id": "lt-{hex:.17}",
        "launchTemplate.name": "{label}-{hex:.7}",
        "resources.autoscalingGroups.name": "eks-{label}-{uuid}",
    },
    "eks/podIdentityAssociation:PodIdentityAssociation": {
        "id": "{associationId}",
        "associationArn": _ARN + "podidentityassociation/{clusterName}/{associationId}",
        "associationId": "a-{hex:.17}",
    },
    "elasticache/replicationGroup:ReplicationGroup": {
        "configurationEndpointAddress": "clustercfg.{label}.{hex:.6}.use1.cache.amazonaws.com",
        "primaryEndpointAddress": "master.{label}.{hex:.6}.use1.cache.amazonaws.com",
        "readerEndpointAddress": "replica.{label}.{hex:.6}.use1.cache.amazonaws.com",
        "port": "6379",
    },
    "iam/instanceProfile:InstanceProfile": {"path": "/", "uniqueId": "AIPA{HEX:.17}"},
    "iam/policy:Policy": {"path": "/", "policyId": "ANPA{HEX:.17}"},
    "iam/role:Role": {"path": "/", "uniqueId": "AROA{HEX:.17}"},
    "iam/rolePolicy:RolePolicy": {"id": "{role}:{label}"},
    "iam/rolePolicyAttachment:RolePolicyAttachment": {"id": "{role}/{policyArn}"},
    "kms/alias:Alias": {"name": "alias/{auto}"},
    "kms/key:Key": {"id": "{keyId}", "keyId": "{uuid}", "arn": _ARN + "key/{keyId}"},
    "kms/replicaKey:ReplicaKey": {"id": "{keyId}", "keyId": "mrk-{hex:.32}", "arn": _ARN + "key/{keyId}"},
    "lambda/function:Function": {
        "invokeArn": "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations",
        "qualifiedArn": "{arn}:{version}",
        "version": "1",
    },
    "lb/loadBalancer:LoadBalancer": {"dnsName": "{label}-{hex:.16}.elb.{region}.amazonaws.com"},
    "msk/cluster:Cluster": {
        "bootstrapBrokers": _brokers(9092),
        "bootstrapBrokersPublicSaslIam": _brokers(9198),
        "bootstrapBrokersPublicSaslScram": _brokers(9196),
        "bootstrapBrokersPublicTls": _brokers(9194),
        "bootstrapBrokersSaslIam": _brokers(9098),
        "bootstrapBrokersSaslScram": _brokers(9096),
        "bootstrapBrokersTls": _brokers(9094),
        "clusterUuid": "{uuid}-1",
        "currentVersion": "K{HEX:.13}",
        "brokerNodeGroupInfo.connectivityInfo.publicAccess.type": "DISABLED",
        "encryptionInfo.encryptionAtRestKmsKeyArn": _KMS_KEY_ARN,
    },
    "msk/clusterPolicy:ClusterPolicy": {"id": "{clusterArn}"},
    "msk/configuration:Configuration": {"latestRevision": "1"},
    "msk/scramSecretAssociation:ScramSecretAssociation": {"id": "{clusterArn}"},
    "opensearch/domain:Domain": {
        "encryptAtRest.kmsKeyId": _KMS_KEY_ARN,
        "endpoint": "vpc-{label}-{hex:.26}.{region}.es.amazonaws.com",
        "vpcOptions.vpcId": "vpc-{hex:.17}",
    },
    "rds/cluster:Cluster": {
        "clusterResourceId": "cluster-{HEX:.26}",
        "endpoint": "{label}.cluster-{hex:.12}.{region}.rds.amazonaws.com",
        "masterUserSecrets.secretArn": "arn:{partition}:secretsmanager:{region}:{account}:"
        "secret:rds!cluster-{uuid}-{hex:.6}",
        "masterUserSecrets.secretStatus": "active",
        "port": "5432",
        "readerEndpoint": "{label}.cluster-ro-{hex:.12}.{region}.rds.amazonaws.com",
    },
    "rds/clusterInstance:ClusterInstance": {
        "dbiResourceId": "db-{HEX:.26}",
        "endpoint": "{label}.{hex:.12}.{region}.rds.amazonaws.com",
        "port": "5432",
    },
    "rds/instance:Instance": {
        "address": "{label}.{hex:.12}.{region}.rds.amazonaws.com",
        "endpoint": "{address}:{port}",
        "port": "5432",
    },
    "route53/healthCheck:HealthCheck": {"id": "{uuid}", "arn": "arn:{partition}:route53:::healthcheck/{id}"},
    "route53/record:Record": {"id": "{zoneId}_{label}_{type}", "fqdn": "{label}"},
    "route53/zone:Zone": {
        "id": "{zoneId}",
        "arn": "arn:{partition}:route53:::hostedzone/{zoneId}",
        "nameServers": "ns-{octet}.awsdns-{octet}.org",
        "primaryNameServer": "ns-{octet}.awsdns-{octet}.org",
        "vpcs.vpcRegion": "{region}",
        "zoneId": "Z{HEX:.20}",
    },
    "s3/bucket:Bucket": {
        "bucketDomainName": "{label}.s3.amazonaws.com",
        "bucketRegionalDomainName": "{label}.s3.{region}.amazonaws.com",
    },
    "secretsmanager/secret:Secret": {
        "replicas.kmsKeyId": "arn:{partition}:kms:{region}:{account}:alias/aws/secretsmanager",
        "replicas.status": "InSync",
    },
    "kinesis/streamConsumer:StreamConsumer": {"id": "{arn}", "arn": "{streamArn}/consumer/{label}:{digits:.10}"},
    "secretsmanager/secretRotation:SecretRotation": {"id": "{secretId}"},
    "secretsmanager/secretVersion:SecretVersion": {
        "id": "{secretId}|{versionId}",
        "arn": "{secretId}",
        "versionId": "{uuid}",
    },
    "wafv2/webAcl:WebAcl": {"id": "{uuid}", "arn": _ARN + "global/webacl/{label}/{id}"},
    "sqs/queue:Queue": {
        "id": "{url}",
        "arn": _ARN + "{label}",
        "url": "https://sqs.{region}.amazonaws.com/{account}/{label}",
    },
}
"""What else a shape decides, by type."""


def templates() -> dict[str, dict[str, str | None]]:
    """Return the templates of each type, without the package in its token."""
    result: dict[str, dict[str, str | None]] = {}
    for token, (prefix, noun) in _EC2_IDS.items():
        result[token] = {"id": f"{prefix}-{{hex:.17}}", "arn": noun and f"{_ARN}{noun}/{{id}}"}
    result |= {token: {"id": "{label}", "arn": arn} for token, arn in _ADDRESSED_BY_NAME.items()}
    result |= {token: {"id": "{arn}", "arn": arn} for token, arn in _ADDRESSED_BY_ARN.items()}
    for token, details in _DETAILS.items():
        result.setdefault(token, {}).update(details)
    return result


DEFAULTS = (
    ("id", "{label}"),
    (
        "kms(Key)?(Id|Arn|KeyId)|.*K(ms|MS)Key(Id|Arn)?",
        _KMS_KEY_ARN,
    ),
    ("arn", _ARN + "{kind}/{label}"),
    (".*Arns?", _ARN + "{property}/{hex:.12}"),
    (".*[vV]pcId", "vpc-{hex:.17}"),
    (".*[sS]ubnets?(Ids?)?", "subnet-{hex:.17}"),
    (".*[sS]ecurityGroup(Ids?|s)", "sg-{hex:.17}"),
    (".*[nN]etworkInterface(Ids?)?", "eni-{hex:.17}"),
    (".*[rR]outeTableIds?", "rtb-{hex:.17}"),
    (".*[nN]etworkAclId", "acl-{hex:.17}"),
    (".*[tT]ransitGatewayAttachmentId", "tgw-attach-{hex:.17}"),
    (".*([oO]wner|[aA]ccount)Id|registryId", "{account}"),
    (".*[zZ]oneId", "Z{HEX:.20}"),
    ("region", "{region}"),
    ("availabilityZones?", "{region}a"),
    (".*Prefix", ""),
)
