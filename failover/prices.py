"""List prices of what a standby could keep standing, where Google publishes them; no other price is guessed."""

from collections.abc import Mapping
from dataclasses import dataclass

HOURS_A_MONTH = 730


@dataclass(frozen=True)
class Price:
    """What one unit costs."""

    dollars_an_hour: float
    holds_for: str
    """Region and shape."""

    source: str


# By the name in `capacity`. Cloud SQL's, Bigtable's and Memorystore's pages give theirs by region, in tables that only
# a browser draws.
PRICES: Mapping[str, Price] = {
    "stream": Price(
        0.09,
        "us-central1, a vCPU with 4 GiB, before disks and discounts",
        "https://cloud.google.com/managed-service-for-apache-kafka/pricing",
    ),
}


def monthly(name: str, units: float) -> float | None:
    """Dollars a month for so many units more; none where no price is known."""
    price = PRICES.get(name)
    return None if price is None else units * price.dollars_an_hour * HOURS_A_MONTH
