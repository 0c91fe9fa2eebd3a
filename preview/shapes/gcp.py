"""Google Cloud: ids, paths and what its provider computes."""

from __future__ import annotations

_COLLECTIONS = {
    "compute/externalVpnGateway:ExternalVpnGateway": "global/externalVpnGateways",
    "compute/firewall:Firewall": "global/firewalls",
    "compute/globalForwardingRule:GlobalForwardingRule": "global/forwardingRules",
    "compute/haVpnGateway:HaVpnGateway": "regions/{region}/vpnGateways",
    "compute/network:Network": "global/networks",
    "compute/networkFirewallPolicy:NetworkFirewallPolicy": "global/firewallPolicies",
    "compute/router:Router": "regions/{region}/routers",
    "compute/routerNat:RouterNat": "regions/{region}/routers/{router}",
    "compute/subnetwork:Subnetwork": "regions/{region}/subnetworks",
    "compute/vPNTunnel:VPNTunnel": "regions/{region}/vpnTunnels",
    "container/cluster:Cluster": "locations/{location}/clusters",
    "dns/managedZone:ManagedZone": "managedZones",
    "dns/policy:Policy": "policies",
    "kms/keyRing:KeyRing": "locations/{location}/keyRings",
    "pubsub/subscription:Subscription": "subscriptions",
    "pubsub/topic:Topic": "topics",
    "secretmanager/secret:Secret": "secrets",
}
"""Google Cloud's collections, as they stand within a project's path."""

_DETAILS: dict[str, dict[str, str | None]] = {
    "compute/address:Address": {
        "id": "projects/{project}/regions/{region}/addresses/{label}",
        "address": "203.0.113.{octet}",
    },
    "compute/globalAddress:GlobalAddress": {
        "id": "projects/{project}/global/addresses/{label}",
        "address": "203.0.113.{octet}",
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
    "dns/recordSet:RecordSet": {"id": "projects/{project}/managedZones/{managedZone}/rrsets/{name}/{type}"},
    "kms/cryptoKey:CryptoKey": {"id": "{keyRing}/cryptoKeys/{label}"},
    "networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy": {
        "id": "projects/{project}/locations/{location}/serviceConnectionPolicies/{label}",
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
