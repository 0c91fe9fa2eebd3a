"""Users reach the standby by the public names."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Literal

from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.step import NotYet, Site, Step, Stop
from settings.front_door import TTL_SECONDS

GOOD = 200

KINDS: Mapping[str, Literal["ipv4", "ipv6"]] = {"A": "ipv4", "AAAA": "ipv6"}


class Outside(Step):
    """Asks a public resolver and the names themselves, as anybody would, until the last cache must have let go."""

    name = "outside"
    does = "see that the public names lead to the standby, from outside"
    # A TTL after the switch; the most where a resolver keeps answers longer than it should.
    estimate = Estimate(1, 1.5, 4)
    budget = 15
    roles = ()

    def ready(self, site: Site) -> None:
        """The names were switched."""
        if not site.proved("switch"):
            raise Stop("switch not proved: the names lead to the primary")

    def act(self, site: Site) -> None:
        """Wait until every name has led to the standby for a TTL: by then every resolver has asked again."""
        self._resolve(site)
        if site.noted("moved") is None:
            site.note("moved", site.now())
        left = site.noted("moved") + TTL_SECONDS - site.now()
        if left > 0:
            raise NotYet(f"resolvers may keep the old addresses for {left:.0f} seconds")

    def check(self, site: Site) -> str:
        """Every name leads to the standby, and answers by HTTPS."""
        self._resolve(site)
        path = site.standby.health_path
        for host in site.standby.hosts:
            status = site.cloud.outside.status(host, path)
            if status != GOOD:
                raise NotYet(f"https://{host}{path} answers {status}")
        return f"{', '.join(site.standby.hosts)} lead to the standby and answer"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Ask a public resolver and the names."""
        return tuple(
            command
            for host in standby.hosts
            for command in (
                f"dig +short @8.8.8.8 {host} A {host} AAAA  # wanted: {', '.join(standby.addresses.values())}",
                f"curl --fail --silent --show-error https://{host}{standby.health_path}",
            )
        )

    def _resolve(self, site: Site) -> None:
        for host in site.standby.hosts:
            for kind, family in KINDS.items():
                wanted = [site.standby.addresses[family]] if family in site.standby.addresses else []
                found = site.cloud.outside.addresses(host, kind)
                if _same(found) != _same(wanted):
                    raise NotYet(f"{host} leads to {', '.join(found) or 'nothing'} ({kind})")


def _same(addresses: Sequence[str]) -> set[object]:
    """Addresses, however they are written."""
    return {ip_address(address) for address in addresses}
