"""What rules on both clouds' networks know alike: ports, and ranges that are the whole world."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import NamedTuple

from guardrails.model import Finding
from guardrails.subject import Resource

ALL_PORTS = range(65536)
ADMIN_PORTS = {22: "SSH", 3389: "RDP"}
SENSITIVE_PORTS = ADMIN_PORTS | {
    23: "Telnet",
    135: "RPC",
    445: "SMB",
    1433: "SQL Server",
    1521: "Oracle",
    2181: "ZooKeeper",
    2379: "etcd",
    3306: "MySQL",
    5432: "PostgreSQL",
    5601: "OpenSearch Dashboards",
    5985: "WinRM",
    5986: "WinRM over TLS",
    6379: "Redis",
    6443: "Kubernetes API",
    8125: "StatsD",
    9042: "Cassandra",
    9092: "Kafka",
    9094: "Kafka over TLS",
    9096: "Kafka with SCRAM",
    9098: "Kafka with IAM",
    9200: "OpenSearch",
    10250: "kubelet",
    11211: "Memcached",
    27017: "MongoDB",
}


def is_world(cidr: str) -> bool:
    """Whether a range is too wide for any one network: 0.0.0.0/0 and ::/0, and the halves that add up to them."""
    network = ip_network(cidr, strict=False)
    return network.prefixlen < (8 if network.version == 4 else 16)


class Placed(NamedTuple):
    """An address range, and where it is written."""

    resource: Resource
    path: str
    cidr: str


def overlaps(ranges: Iterator[Placed]) -> Iterator[Finding]:
    """Each range that overlaps one before it."""
    before: list[Placed] = []
    for placed in ranges:
        for other in before:
            if ip_network(placed.cidr).overlaps(ip_network(other.cidr)):
                yield Finding(placed.path, f"overlaps {other.path} of {other.resource.name}", placed.resource)
        before.append(placed)
