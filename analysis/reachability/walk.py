"""The walk from one cloud to the other: which hops there are, and in which order."""

from collections.abc import Iterable, Iterator

from analysis.reachability.amazon import ANSWERS, Amazon
from analysis.reachability.google import Google
from analysis.reachability.hops import End, Hop, Resources, Walk, holds
from analysis.reachability.links import Way, ways
from preview.graph import Graph, Node

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")
"""What nobody has on the internet: RFC 1918, RFC 3927."""


class Network:
    """Both clouds' networks and what joins them, as the graphs of simulated updates have them.

    It asks about TCP alone, for nothing else crosses. Raises ValueError for a resource that would decide what passes,
    but that nothing here reads.
    """

    def __init__(self, graphs: Iterable[Graph]) -> None:
        resources = Resources(graphs)
        self._amazon, self._google = Amazon(resources), Google(resources)
        self._ways = ways(resources)

    def ends(self, store: Node) -> list[End]:
        """An end in each subnet of a store in AWS, with its security groups."""
        return self._amazon.ends(store)

    def walk(self, source: End, destination: End, port: int) -> Walk:
        """The hops of a connection that crosses the clouds or comes from the internet, up to the first that is missing.

        Raises ValueError if both ends are in the same cloud.
        """
        hops = []
        for hop in self._hops(source, destination, port):
            hops.append(hop)
            if hop.lacks:
                break
        return Walk(tuple(hops))

    def _hops(self, source: End, destination: End, port: int) -> Iterator[Hop]:
        """The hops; each is only asked for where those before it are there."""
        places = [(self._amazon.has(end.address), self._google.has(end.address)) for end in (source, destination)]
        (from_aws, from_google), (to_aws, _) = places
        if any(map(all, zip(*places, strict=True))):
            raise ValueError(f"{source.address} and {destination.address} are in the same cloud")
        if from_google:
            return self._to_aws(source, destination, port)
        if from_aws:
            return self._to_google(source, destination, port)
        if holds(PRIVATE, source.address):
            return iter([Hop(f"range of {source.address}", lacks="no network has it")])
        return self._from_internet(source, destination, port) if to_aws else iter([_not_public(destination)])

    def _to_aws(self, google: End, aws: End, port: int) -> Iterator[Hop]:
        yield self._google.holding(google.address)
        yield self._google.firewall("EGRESS", google.address, aws.address, port)
        yield self._amazon.holding(aws)
        yield self._link()
        yield from self._link_to_aws(google, aws)
        yield from self._amazon.inwards(aws, google.address, range(port, port + 1))
        yield self._amazon.group("ingress", aws, google, port)
        yield from self._amazon.outwards(aws, google.address, ANSWERS)
        yield from self._link_to_google(aws, google)

    def _to_google(self, aws: End, google: End, port: int) -> Iterator[Hop]:
        yield self._amazon.holding(aws)
        yield self._amazon.group("egress", aws, google, port)
        yield from self._amazon.outwards(aws, google.address, range(port, port + 1))
        yield self._link()
        yield from self._link_to_google(aws, google)
        yield self._google.holding(google.address)
        yield self._google.firewall("INGRESS", aws.address, google.address, port)
        yield from self._link_to_aws(google, aws)
        yield from self._amazon.inwards(aws, google.address, ANSWERS)

    def _from_internet(self, other: End, aws: End, port: int) -> Iterator[Hop]:
        yield self._amazon.holding(aws)
        yield self._amazon.leaves_to_internet(aws, other.address)
        yield self._amazon.group("ingress", aws, other, port)

    def _link(self) -> Hop:
        """The private link: one way is enough."""
        if not self._up:
            return Hop(
                "private link", lacks="; ".join(f"{way.name}: {way.fault}" for way in self._ways) or "there is none"
            )
        parts: dict[str, dict[str, Node]] = {}
        for way in self._up:
            for part, nodes in way.parts.items():
                parts.setdefault(part, {}).update({node.urn: node for node in nodes})
        return Hop("private link", by=tuple(tuple(nodes.values()) for nodes in parts.values()))

    @property
    def _up(self) -> list[Way]:
        return [way for way in self._ways if not way.fault]

    def _link_to_aws(self, google: End, aws: End) -> Iterator[Hop]:
        """Google knows a way to an address, and the Transit Gateway carries on from it."""
        yield self._google.answers(google.address)
        name = f"routes offered to Google Cloud, to {aws.address}"
        offered = [way for way in self._serving(google) if way.to_google is None or holds(way.to_google, aws.address)]
        yield Hop(name, lacks="" if offered else self._unserved(google) or "AWS offers no range that holds it")
        yield self._amazon.attached(aws)
        yield self._amazon.from_link({way.attachment for way in offered}, aws)

    def _link_to_google(self, aws: End, google: End) -> Iterator[Hop]:
        """The Transit Gateway knows a way to an address, which Google offers and serves."""
        name = f"routes offered to AWS, to {google.address}"
        offered = [way for way in self._up if holds(way.to_aws, google.address)]
        yield Hop(name, lacks="" if offered else "Google Cloud offers no range that holds it")
        yield self._amazon.to_link({way.attachment for way in offered}, aws, google.address)

    def _serving(self, google: End) -> list[Way]:
        """The ways whose routes serve an address on Google's side."""
        return [
            way
            for way in self._up
            if self._google.knows(google.address, way.network, way.region)
            and (self._google.in_subnet(google.address) or not way.by_peering)
        ]

    def _unserved(self, google: End) -> str:
        """Why no way serves an address on Google's side; nothing where one does."""
        if self._serving(google):
            return ""
        if any(way.by_peering for way in self._up) and not self._google.in_subnet(google.address):
            return f"a peering brings them, and hands nothing on to another peering, behind which {google.address} is"
        return f"they come to another network or region than that of {google.address}"


def _not_public(end: End) -> Hop:
    return Hop(f"public address of {end.address}", lacks="it has none, and no route of the internet leads to it")
