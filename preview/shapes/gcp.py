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
    "bigtable/instance:Instance": "instances",
    "dns/managedZone:ManagedZone": "managedZones",
    "kms/keyRing:KeyRing": "locations/{location}/keyRings",
    "networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy": (
        "locations/{location}/serviceConnectionPolicies"
    ),
    "pubsub/subscription:Subscription": "subscriptions",
    "pubsub/topic:Topic": "topics",
    "secretmanager/secret:Secret": "secrets",
}
"""Google Cloud's collections, as they stand within a project's path."""

_DETAILS: dict[str, dict[str, str | None]] = {
    "bigtable/appProfile:AppProfile": {"id": "projects/{project}/instances/{instance}/appProfiles/{appProfileId}"},
    "bigtable/table:Table": {"id": "projects/{project}/instances/{instanceName}/tables/{label}"},
    "kms/cryptoKey:CryptoKey": {"id": "{keyRing}/cryptoKeys/{label}"},
    "memorystore/instance:Instance": {
        "id": "projects/{project}/locations/{location}/instances/{instanceId}",
        "endpoints.connections.pscAutoConnection.connectionType": "CONNECTION_TYPE_DISCOVERY",
        "endpoints.connections.pscAutoConnection.ipAddress": "10.{octets}.{octet}",
    },
    "serviceaccount/account:Account": {
        "id": "projects/{project}/serviceAccounts/{email}",
        "email": "{accountId}@{project}.iam.gserviceaccount.com",
        "member": "serviceAccount:{email}",
        "name": "{id}",
        "uniqueId": "1{digits:.14}",
    },
    "sql/database:Database": {"id": "projects/{project}/instances/{instance}/databases/{label}"},
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
