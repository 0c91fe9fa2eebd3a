"""Settings of the standby's network."""

from typing import Annotated, Literal

from settings.types import Model, between


class NetworkSettings(Model):
    """The VPC network."""

    flow_log_sampling_percent: Annotated[int, *between(1, 100, "without samples there is no flow log")] = 50
    """Share of flows that are logged, in percent."""

    flow_log_interval: Literal[
        "INTERVAL_5_SEC", "INTERVAL_30_SEC", "INTERVAL_1_MIN", "INTERVAL_5_MIN", "INTERVAL_10_MIN", "INTERVAL_15_MIN"
    ] = "INTERVAL_1_MIN"
    """How long flows are gathered into one record."""

    nat_addresses: Annotated[
        int, *between(1, 16, "without an address there is no way out, and sixteen carry a million connections")
    ] = 2
    """Static addresses that the region leaves by, which partners admit; each carries 64512 connections to one place.

    One more can be added at any time; one less cuts the connections that it carries.
    """
