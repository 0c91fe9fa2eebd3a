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
