"""Google Cloud: ids, paths and what its provider computes."""

from __future__ import annotations

_COLLECTIONS = {
    "compute/address:Address": "regions/{region}/addresses",
    "compute/externalVpnGateway:ExternalVpnGateway": "global/externalVpnGateways",
    "compute/firewall:Firewall": "global/firewalls",
    "compute/globalAddress:GlobalAddress": "global/addresses",
    "compute/haVpnGateway:HaVpnGateway": "regions/{region}/vpnGateways",
    "compute/network:Network": "global/networks",
    "compute/router:Router": "regions/{region}/routers",
    "compute/subnetwork:Subnetwork": "regions/{region}/subnetworks",
    "compute/vPNTunnel:VPNTunnel": "regions/{region}/vpnTunnels",
    "container/cluster:Cluster": "locations/{location}/clusters",
    "dns/managedZone:ManagedZone": "managedZones",
    "kms/keyRing:KeyRing": "locations/{location}/keyRings",
    "pubsub/subscription:Subscription": "subscriptions",
    "pubsub/topic:Topic": "topics",
    "secretmanager/secret:Secret": "secrets",
}
"""Google Cloud's collections, as they stand within a project's path."""

_DETAILS: dict[str, dict[str, str | None]] = {
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
    "serviceaccount/account:Account": {
        "id": "projects/{project}/serviceAccounts/{email}",
        "email": "{accountId}@{project}.iam.gserviceaccount.com",
        "member": "serviceAccount:{email}",
        "name": "{id}",
        "uniqueId": "1{digits:.14}",
    },
    "sql/databaseInstance:DatabaseInstance": {
        "id": "{label}",
        "connectionName": "{project}:{region}:{label}",
        "privateIpAddress": "10.{octets}.{octet}",
    },
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
