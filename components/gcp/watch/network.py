"""Ways out of the network, and names within it."""

from components.gcp.watch.rows import Alarm, Signal, Watched

NAT = "router.googleapis.com/nat"


def nat(region: str) -> list[Watched]:
    """The region's Cloud NAT gateways. https://docs.cloud.google.com/nat/docs/monitoring."""
    alarms = (
        Alarm(
            "addresses", f"{NAT}/nat_allocation_failed", "ALIGN_COUNT_TRUE", 0, "page",
            "No address is left for machines to reach the internet with: their connections fail.",
            "Let Google allocate more addresses, or lower the ports each machine reserves.", reducer="REDUCE_SUM",
        ),
        Alarm(
            "ports", f"{NAT}/dropped_sent_packets_count", "ALIGN_RATE", 1, "page",
            "No free port for connections to one destination: they fail.",
            "Raise the greatest number of ports a machine may have, or spread the calls.",
            labels={"reason": "OUT_OF_RESOURCES"}, reducer="REDUCE_SUM",
        ),
    )  # fmt: skip
    signals = (Signal("saturation", f"{NAT}/open_connections", "ALIGN_MEAN"),)
    return [Watched("nat", "Network", "nat_gateway", {"region": region}, alarms, signals)]


def resolver() -> list[Watched]:
    """Cloud DNS as the network's resolver. https://docs.cloud.google.com/dns/docs/monitoring."""
    alarm = Alarm(
        "failures", "dns.googleapis.com/query/response_count", "ALIGN_RATE", 0.05, "page",
        "More than 5 % of the network's DNS queries fail.",
        "See the query log for the names; a peered zone or a forwarding target may be gone.",
        labels={"response_code": "SERVFAIL"}, total={}, reducer="REDUCE_SUM", minutes=10,
    )  # fmt: skip
    signals = (Signal("traffic", "dns.googleapis.com/query/response_count", "ALIGN_RATE"),)
    return [Watched("resolver", "Network", "dns_query", {}, (alarm,), signals)]


ESTABLISHED = "vpn.googleapis.com/tunnel_established"
OPERATIONAL = "interconnect.googleapis.com/network/interconnect/operational"
"""1, or true, while a tunnel or a circuit is up."""


def vpn(region: str) -> list[Watched]:
    """The region's VPN tunnels.

    https://docs.cloud.google.com/network-connectivity/docs/vpn/how-to/viewing-logs-metrics
    """
    established = ESTABLISHED
    remedy = "Read the tunnel's log on both sides: keys, proposals and addresses must be the same at both ends."
    alarms = (
        Alarm(
            "tunnels", established, "ALIGN_MIN", 1, "ticket",
            "A tunnel to the primary is down: the others carry its traffic.", remedy,
            below=True, reducer="REDUCE_MIN",
        ),
        Alarm(
            "all", established, "ALIGN_MAX", 1, "page",
            "No tunnel to the primary is up: nothing is replicated any more by the private link.", remedy,
            below=True, missing="active",
        ),
    )  # fmt: skip
    return [Watched("vpn", "Link", "vpn_gateway", {"region": region}, alarms), *sessions(region)]


def sessions(region: str) -> list[Watched]:
    """BGP sessions of the region's Cloud Routers.

    https://docs.cloud.google.com/network-connectivity/docs/router/how-to/viewing-logs-metrics
    """
    alarm = Alarm(
        "sessions", "router.googleapis.com/bgp_sessions_down_count", "ALIGN_MAX", 0, "ticket",
        "A BGP session with the primary is down: its path carries nothing.",
        "See the Cloud Router's status: numbers, addresses and the path below must be right at both ends.",
    )  # fmt: skip
    return [Watched("bgp", "Link", "gce_router", {"region": region}, (alarm,))]


def circuits() -> list[Watched]:
    """Interconnects.

    https://docs.cloud.google.com/network-connectivity/docs/interconnect/how-to/dedicated/monitoring
    """
    operational = OPERATIONAL
    remedy = "Look for maintenance of the edge availability domain; then ask both clouds for the port's light levels."
    alarms = (
        Alarm(
            "circuits", operational, "ALIGN_COUNT_TRUE", 1, "ticket",
            "A circuit to the primary is down: the others carry its traffic.", remedy,
            below=True, reducer="REDUCE_MIN",
        ),
        Alarm(
            "all", operational, "ALIGN_COUNT_TRUE", 1, "page",
            "No circuit to the primary is up: nothing is replicated any more by the private link.", remedy,
            below=True, missing="active",
        ),
    )  # fmt: skip
    return [Watched("interconnects", "Link", "interconnect", {}, alarms)]
