"""Settings of the standby's event stream and messages: Managed Kafka and Pub/Sub."""

from typing import Annotated

from pydantic import ValidationInfo, field_validator

from settings.types import ByMode, Model, Refusal, between

Vcpus = Annotated[
    int,
    *between(
        3, 45, "Managed Kafka starts with three brokers of one vCPU, and adds brokers that it never takes away above 45"
    ),
]


class BrokerVcpus(ByMode[Vcpus]):
    """vCPUs in each role."""


class StreamSettings(Model):
    """The Managed Kafka cluster; its disks grow by themselves."""

    vcpus: BrokerVcpus = BrokerVcpus(standby=3, active=12)
    """vCPUs of all brokers together."""

    memory_gib_per_vcpu: Annotated[int, *between(1, 8, "Managed Kafka takes 1 to 8 GiB of memory for each vCPU")] = 4
    """Memory for each vCPU in GiB."""


class MessagingSettings(Model):
    """The Pub/Sub subscriptions that read the topics."""

    ack_deadline_seconds: Annotated[
        int, *between(10, 600, "Pub/Sub waits 10 to 600 seconds for a message's reader")
    ] = 60
    """Seconds that a reader has for a message before it is delivered again; clients can extend them."""

    delivery_attempts: Annotated[int, *between(5, 100, "Pub/Sub takes 5 to 100 attempts")] = 10
    """Deliveries after which a message that nobody acknowledges is set aside with the dead letters."""

    minimum_backoff_seconds: Annotated[int, *between(0, 600, "Pub/Sub waits at most 600 seconds")] = 10
    """Seconds before the second delivery; each later one waits longer."""

    maximum_backoff_seconds: Annotated[int, *between(0, 600, "Pub/Sub waits at most 600 seconds")] = 600
    """The longest wait between two deliveries, in seconds."""

    dead_letter_days: Annotated[
        int, *between(7, 31, "Pub/Sub keeps messages 31 days at most, and people take holidays")
    ] = 14
    """Days for which dead letters are kept."""

    exactly_once: bool = False
    """Delivers no acknowledged message again, for some of the throughput; what Kafka sends twice still comes twice."""

    @field_validator("maximum_backoff_seconds")
    @classmethod
    def _waits_grow(cls, longest: int, info: ValidationInfo) -> int:
        shortest = info.data.get("minimum_backoff_seconds", 0)
        if longest < shortest:
            raise Refusal(f"it is less than minimum_backoff_seconds, {shortest}, and Pub/Sub refuses that", "raise it")
        return longest
