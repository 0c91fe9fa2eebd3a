"""Google Cloud: ids, paths and what its provider computes."""

from __future__ import annotations

_COLLECTIONS = {
    "binaryauthorization/attestor:Attestor": "attestors",
    "compute/address:Address": "regions/{region}/addresses",
    "compute/externalVpnGateway:ExternalVpnGateway": "global/externalVpnGateways",
    "compute/firewall:Firewall": "global/firewalls",
    "compute/globalAddress:GlobalAddress": "global/addresses",
    "compute/haVpnGateway:HaVpnGateway": "regions/{region}/vpnGateways",
    "compute/network:Network": "global/networks",
    "compute/router:Router": "regions/{region}/routers",
    "compute/subnetwork:Subnetwork": "regions/{region}/subnetworks",
    "compute/vPNTunnel:VPNTunnel": "regions/{region}/vpnTunnels",
    "containeranalysis/note:Note": "notes",
    "dns/managedZone:ManagedZone": "managedZones",
    "gkebackup/backupPlan:BackupPlan": "locations/{location}/backupPlans",
    "gkebackup/restorePlan:RestorePlan": "locations/{location}/restorePlans",
    "gkehub/feature:Feature": "locations/{location}/features",
    "kms/keyRing:KeyRing": "locations/{location}/keyRings",
    "pubsub/subscription:Subscription": "subscriptions",
    "pubsub/topic:Topic": "topics",
    "secretmanager/secret:Secret": "secrets",
}
"""Google Cloud's collections, as they stand within a project's path."""

_DETAILS: dict[str, dict[str, str | None]] = {
    "artifactregistry/repository:Repository": {
        "id": "projects/{project}/locations/{location}/repositories/{repositoryId}",
        "name": "{repositoryId}",
        "registryUri": "{location}-docker.pkg.dev/{project}/{repositoryId}",
    },
    "binaryauthorization/policy:Policy": {"id": "projects/{project}"},
    "container/cluster:Cluster": {
        "id": "projects/{project}/locations/{location}/clusters/{label}",
        "controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint": "gke-{hex}-{digits:.12}.{location}.gke.goog",
    },
    "gkehub/membership:Membership": {
        "id": "projects/{project}/locations/{location}/memberships/{membershipId}",
        "name": "{id}",
    },
    "kms/cryptoKey:CryptoKey": {"id": "{keyRing}/cryptoKeys/{label}"},
    "projects/serviceIdentity:ServiceIdentity": {
        "email": "service-{digits:.12}@gcp-sa-{label}.iam.gserviceaccount.com",
        "member": "serviceAccount:{email}",
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
