"""Google Cloud: ids, paths and what its provider computes."""

from __future__ import annotations

_COLLECTIONS = {
    "bigtable/instance:Instance": "instances",
    "binaryauthorization/attestor:Attestor": "attestors",
    "certificatemanager/certificate:Certificate": "locations/global/certificates",
    "certificatemanager/certificateMap:CertificateMap": "locations/global/certificateMaps",
    "compute/address:Address": "regions/{region}/addresses",
    "compute/backendBucket:BackendBucket": "global/backendBuckets",
    "compute/backendService:BackendService": "global/backendServices",
    "compute/externalVpnGateway:ExternalVpnGateway": "global/externalVpnGateways",
    "compute/firewall:Firewall": "global/firewalls",
    "compute/forwardingRule:ForwardingRule": "regions/{region}/forwardingRules",
    "compute/globalForwardingRule:GlobalForwardingRule": "global/forwardingRules",
    "compute/interconnect:Interconnect": "global/interconnects",
    "compute/healthCheck:HealthCheck": "global/healthChecks",
    "compute/network:Network": "global/networks",
    "compute/networkAttachment:NetworkAttachment": "regions/{region}/networkAttachments",
    "compute/networkFirewallPolicy:NetworkFirewallPolicy": "global/firewallPolicies",
    "compute/regionBackendService:RegionBackendService": "regions/{region}/backendServices",
    "compute/regionHealthCheck:RegionHealthCheck": "regions/{region}/healthChecks",
    "compute/regionTargetTcpProxy:RegionTargetTcpProxy": "regions/{region}/targetTcpProxies",
    "compute/router:Router": "regions/{region}/routers",
    "compute/routerNat:RouterNat": "regions/{region}/routers/{router}",
    "compute/sSLPolicy:SSLPolicy": "global/sslPolicies",
    "compute/securityPolicy:SecurityPolicy": "global/securityPolicies",
    "compute/serviceAttachment:ServiceAttachment": "regions/{region}/serviceAttachments",
    "compute/subnetwork:Subnetwork": "regions/{region}/subnetworks",
    "compute/targetHttpProxy:TargetHttpProxy": "global/targetHttpProxies",
    "compute/targetHttpsProxy:TargetHttpsProxy": "global/targetHttpsProxies",
    "compute/uRLMap:URLMap": "global/urlMaps",
    "compute/vPNTunnel:VPNTunnel": "regions/{region}/vpnTunnels",
    "container/cluster:Cluster": "locations/{location}/clusters",
    "containeranalysis/note:Note": "notes",
    "dns/managedZone:ManagedZone": "managedZones",
    "dns/policy:Policy": "policies",
    "gkebackup/backupPlan:BackupPlan": "locations/{location}/backupPlans",
    "gkebackup/restorePlan:RestorePlan": "locations/{location}/restorePlans",
    "gkehub/feature:Feature": "locations/{location}/features",
    "kms/keyRing:KeyRing": "locations/{location}/keyRings",
    "networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy": (
        "locations/{location}/serviceConnectionPolicies"
    ),
    "pubsub/schema:Schema": "schemas",
    "pubsub/subscription:Subscription": "subscriptions",
    "pubsub/topic:Topic": "topics",
}
"""Google Cloud's collections, as they stand within a project's path."""

_DETAILS: dict[str, dict[str, str | None]] = {
    "artifactregistry/repository:Repository": {
        "id": "projects/{project}/locations/{location}/repositories/{repositoryId}",
        "name": "{repositoryId}",
        "registryUri": "{location}-docker.pkg.dev/{project}/{repositoryId}",
    },
    "bigtable/appProfile:AppProfile": {"id": "projects/{project}/instances/{instance}/appProfiles/{appProfileId}"},
    "bigtable/table:Table": {"id": "projects/{project}/instances/{instanceName}/tables/{label}"},
    "binaryauthorization/policy:Policy": {"id": "projects/{project}"},
    "certificatemanager/certificateMapEntry:CertificateMapEntry": {
        "id": "projects/{project}/locations/global/certificateMaps/{map}/certificateMapEntries/{label}",
    },
    "certificatemanager/dnsAuthorization:DnsAuthorization": {
        "id": "projects/{project}/locations/global/dnsAuthorizations/{label}",
        "dnsResourceRecords.name": "_acme-challenge_{hex:.16}.{domain}.",
        "dnsResourceRecords.type": "CNAME",
        "dnsResourceRecords.data": "{uuid}.{digits:.2}.authorize.certificatemanager.goog.",
    },
    "cloudrunv2/job:Job": {"id": "projects/{project}/locations/{location}/jobs/{label}"},
    "cloudrunv2/service:Service": {
        "id": "projects/{project}/locations/{location}/services/{label}",
        "uri": "https://{label}-{hex:.10}-uc.a.run.app",
    },
    "compute/address:Address": {
        "id": "projects/{project}/regions/{region}/addresses/{label}",
        "address": "203.0.113.{octet}",
    },
    "cloudscheduler/job:Job": {"id": "projects/{project}/locations/{region}/jobs/{label}"},
    "compute/globalAddress:GlobalAddress": {
        "id": "projects/{project}/global/addresses/{label}",
        "address": "203.0.113.{octet}",
    },
    "compute/haVpnGateway:HaVpnGateway": {
        "id": "projects/{project}/regions/{region}/vpnGateways/{label}",
        "vpnInterfaces.ipAddress": "203.0.113.{octet}",
    },
    "compute/interconnectAttachment:InterconnectAttachment": {
        "id": "projects/{project}/regions/{region}/interconnectAttachments/{label}",
        "cloudRouterIpAddress": "169.254.{octet}.1/29",
        "customerRouterIpAddress": "169.254.{octet}.2/29",
    },
    "compute/networkFirewallPolicyAssociation:NetworkFirewallPolicyAssociation": {
        "id": "projects/{project}/global/firewallPolicies/{firewallPolicy}/associations/{label}",
    },
    "compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule": {
        "id": "projects/{project}/global/firewallPolicies/{firewallPolicy}/rules/{priority}",
    },
    "compute/networkPeeringRoutesConfig:NetworkPeeringRoutesConfig": {
        "id": "projects/{project}/global/networks/{network}/networkPeerings/{peering}",
    },
    "compute/routerInterface:RouterInterface": {"id": "{region}/{router}/{label}"},
    "compute/routerPeer:RouterPeer": {"id": "projects/{project}/regions/{region}/routers/{router}/{label}"},
    "container/cluster:Cluster": {
        "id": "projects/{project}/locations/{location}/clusters/{label}",
        "controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint": "gke-{hex}-{digits:.12}.{location}.gke.goog",
    },
    "databasemigrationservice/connectionProfile:ConnectionProfile": {
        "id": "projects/{project}/locations/{location}/connectionProfiles/{connectionProfileId}",
        "name": "{id}",
    },
    "databasemigrationservice/migrationJob:MigrationJob": {
        "id": "projects/{project}/locations/{location}/migrationJobs/{migrationJobId}",
        "name": "{id}",
    },
    "databasemigrationservice/privateConnection:PrivateConnection": {
        "id": "projects/{project}/locations/{location}/privateConnections/{privateConnectionId}",
        "name": "{id}",
    },
    "dns/managedZone:ManagedZone": {
        "id": "projects/{project}/managedZones/{label}",
        "nameServers": "ns-cloud-{hex:.1}1.googledomains.com.",
    },
    "dns/recordSet:RecordSet": {"id": "projects/{project}/managedZones/{managedZone}/rrsets/{name}/{type}"},
    "essentialcontacts/contact:Contact": {"id": "{parent}/contacts/{digits:.10}", "name": "{id}"},
    "gkehub/membership:Membership": {
        "id": "projects/{project}/locations/{location}/memberships/{membershipId}",
        "name": "{id}",
    },
    "iam/workloadIdentityPool:WorkloadIdentityPool": {
        "id": "projects/{project}/locations/global/workloadIdentityPools/{workloadIdentityPoolId}",
        "name": "{id}",
    },
    "iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": {
        "id": "projects/{project}/locations/global/workloadIdentityPools/{workloadIdentityPoolId}/providers/"
        "{workloadIdentityPoolProviderId}",
        "name": "{id}",
    },
    "kms/cryptoKey:CryptoKey": {"id": "{keyRing}/cryptoKeys/{label}"},
    "logging/metric:Metric": {"id": "{name}"},
    "logging/projectBucketConfig:ProjectBucketConfig": {
        "id": "projects/{project}/locations/{location}/buckets/{bucketId}",
        "name": "{id}",
    },
    "logging/projectSink:ProjectSink": {
        "id": "projects/{project}/sinks/{label}",
        "writerIdentity": "serviceAccount:service-{digits:.12}@gcp-sa-logging.iam.gserviceaccount.com",
    },
    "managedkafka/cluster:Cluster": {
        "id": "projects/{project}/locations/{location}/clusters/{clusterId}",
        "name": "{id}",
        "bootstrapAddress": "bootstrap.{clusterId}.{location}.managedkafka.{project}.cloud.goog:9092",
    },
    "managedkafka/connectCluster:ConnectCluster": {
        "id": "projects/{project}/locations/{location}/connectClusters/{connectClusterId}",
        "name": "{id}",
    },
    "managedkafka/connector:Connector": {
        "id": "projects/{project}/locations/{location}/connectClusters/{connectCluster}/connectors/{connectorId}",
        "name": "{id}",
    },
    "managedkafka/topic:Topic": {
        "id": "projects/{project}/locations/{location}/clusters/{cluster}/topics/{topicId}",
        "name": "{id}",
    },
    "memorystore/instance:Instance": {
        "id": "projects/{project}/locations/{location}/instances/{instanceId}",
        "endpoints.connections.pscAutoConnection.connectionType": "CONNECTION_TYPE_DISCOVERY",
        "endpoints.connections.pscAutoConnection.ipAddress": "10.{octets}.{octet}",
        "managedServerCas.caCerts.certificates": "-----BEGIN CERTIFICATE-----{hex:.64}-----END CERTIFICATE-----",
    },
    # Cloud Monitoring's paths have the project's number where others have its id.
    "monitoring/alertPolicy:AlertPolicy": {"id": "projects/{project}/alertPolicies/{digits:.19}", "name": "{id}"},
    "monitoring/customService:CustomService": {
        "id": "projects/{digits:.12}/services/{serviceId}",
        "name": "{id}",
        "serviceId": "{auto}",
    },
    "monitoring/dashboard:Dashboard": {"id": "projects/{digits:.12}/dashboards/{auto}"},
    "monitoring/notificationChannel:NotificationChannel": {
        "id": "projects/{project}/notificationChannels/{digits:.19}",
        "name": "{id}",
    },
    "monitoring/slo:Slo": {
        "id": "projects/{digits:.12}/services/{hex:.8}/serviceLevelObjectives/{auto}",
        "name": "{id}",
        "sloId": "{auto}",
    },
    "monitoring/uptimeCheckConfig:UptimeCheckConfig": {
        "id": "projects/{project}/uptimeCheckConfigs/{auto}",
        "name": "{id}",
        "uptimeCheckId": "{auto}",
    },
    "networkconnectivity/transport:Transport": {
        "id": "projects/{project}/locations/{region}/transports/{label}",
        "generatedActivationKey": "{hex:.64}",
        "peeringNetwork": "projects/{hex:.12}-tp/global/networks/transport-{digits:.8}-vpc",
    },
    "networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy": {
        "id": "projects/{project}/locations/{location}/serviceConnectionPolicies/{label}",
    },
    "orgpolicy/policy:Policy": {"id": "{name}"},
    "projects/iAMAuditConfig:IAMAuditConfig": {"id": "{project}/audit_config/{label}"},
    "projects/iAMCustomRole:IAMCustomRole": {"id": "projects/{project}/roles/{roleId}", "name": "{id}"},
    "projects/serviceIdentity:ServiceIdentity": {
        "email": "service-{digits:.12}@gcp-sa-{label}.iam.gserviceaccount.com",
        "member": "serviceAccount:{email}",
    },
    "secretmanager/secret:Secret": {
        "id": "projects/{project}/secrets/{secretId}",
        "name": "projects/{digits:.12}/secrets/{secretId}",
    },
    "securitycenter/v2ProjectNotificationConfig:V2ProjectNotificationConfig": {
        "id": "projects/{project}/locations/{location}/notificationConfigs/{configId}",
        "name": "{id}",
        "serviceAccount": "service-{digits:.12}@gcp-sa-scc-notification.iam.gserviceaccount.com",
    },
    "serviceaccount/account:Account": {
        "id": "projects/{project}/serviceAccounts/{email}",
        "email": "{accountId}@{project}.iam.gserviceaccount.com",
        "member": "serviceAccount:{email}",
        "name": "{id}",
        "uniqueId": "1{digits:.14}",
    },
    "servicenetworking/connection:Connection": {
        "id": "{network}:servicenetworking.googleapis.com",
        "peering": "servicenetworking-googleapis-com",
    },
    "sql/database:Database": {"id": "projects/{project}/instances/{instance}/databases/{label}"},
    "sql/databaseInstance:DatabaseInstance": {
        "id": "{label}",
        "connectionName": "{project}:{region}:{label}",
        "privateIpAddress": "10.{octets}.{octet}",
    },
    "storage/transferJob:TransferJob": {"id": "transferJobs/{digits:.20}", "name": "{id}"},
    "storage/bucket:Bucket": {"id": "{label}", "url": "gs://{label}"},
}


def templates() -> dict[str, dict[str, str | None]]:
    """Return the templates of each type, without the package in its token."""
    paths = {token: f"projects/{{project}}/{collection}/{{label}}" for token, collection in _COLLECTIONS.items()}
    return {token: {"id": path} for token, path in paths.items()} | _DETAILS


DEFAULTS = (
    ("id", "projects/{project}/{kind}s/{label}"),
    ("selfLink", "https://www.googleapis.com/{service}/v1/{id}"),
    ("project(Id)?", "{project}"),
    ("region|location", "{region}"),
    ("zone", "{zone}"),
    ("numericId|.*[nN]umber", "{digits:.12}"),
)
