"""What crosses the private link: both sides' firewalls and groups admit each flow, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from settings.addresses import AddressPlan


@dataclass(frozen=True)
class Flow:
    """TCP connections from one place to another."""

    purpose: str
    sources: tuple[IPv4Network, ...]
    destinations: tuple[IPv4Network, ...]
    port: int


def to_primary(plan: AddressPlan) -> Mapping[str, Flow]:
    """What the standby starts, by the primary's store that answers."""
    stores, own = plan.aws.tiers["data"], plan.gcp
    return {
        "database": Flow("Database Migration Service to PostgreSQL", (own.dms,), stores, 5432),
        "stream": Flow("MirrorMaker to Kafka, by SCRAM", (own.kafka_connect,), stores, 9096),
        "cache": Flow("The job that warms the standby's cache to the primary's", (own.serverless,), stores, 6379),
    }


def to_standby(plan: AddressPlan) -> Mapping[str, Flow]:
    """What the primary starts, by the store of its own that calls: rows on their way back after a failover."""
    stores, other = plan.aws.tiers["data"], plan.gcp
    return {"database": Flow("PostgreSQL to Cloud SQL, to fetch rows back", stores, (other.private_services,), 5432)}
