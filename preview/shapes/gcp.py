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
    "pubsub/schema:Schema": "schemas",
    "pubsub/subscription:Subscription": "subscriptions",
    "pubsub/topic:Topic": "topics",
}
"""Google Cloud's collections, as they stand within a project's path."""

_DETAILS: dict[str, dict[str, str | None]] = {
    "kms/cryptoKey:CryptoKey": {"id": "{keyRing}/cryptoKeys/{label}"},
    "managedkafka/cluster:Cluster": {
        "id": "projects/{project}/locations/{location}/clusters/{clusterId}",
        "name": "{id}",
        "bootstrapAddress": "bootstrap.{clusterId}.{location}.managedkafka.{project}.cloud.goog:9092",
    },
    "managedkafka/topic:Topic": {
        "id": "projects/{project}/locations/{location}/clusters/{cluster}/topics/{topicId}",
        "name": "{id}",
    },
    "secretmanager/secret:Secret": {
        "id": "projects/{project}/secrets/{secretId}",
        "name": "projects/{digits:.12}/secrets/{secretId}",
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
