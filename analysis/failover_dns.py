"""Which region a public name leads to in a given state of the world: Route 53's rules over previewed settings.

dns = PublicDns([prod, dr, interconnect])
dns.answer("www.example.com", "A", World(down=frozenset({"aws"})))  # "aws": nobody has moved it
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from preview.graph import Document, Graph, Node

Side = Literal["aws", "gcp"]

RECORD = "aws:route53/record:Record"
HEALTH_CHECK = "aws:route53/healthCheck:HealthCheck"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
GLOBAL_ADDRESS = "gcp:compute/globalAddress:GlobalAddress"
BUCKET = "gcp:storage/bucket:Bucket"
BUCKET_GRANT = "gcp:storage/bucketIAMMember:BucketIAMMember"

CLOUD_STORAGE = "storage.googleapis.com"
READERS = ("roles/storage.legacyObjectReader", "roles/storage.objectViewer")


@dataclass(frozen=True)
class World:
    """What is down, sick or there. Route 53 itself answers and checks in every world: it is in no region."""

    down: frozenset[Side] = frozenset()
    """Clouds that answer nothing."""

    sick: frozenset[Side] = frozenset()
    """Regions whose front door answers, but with errors."""

    objects: frozenset[str] = frozenset()
    """Objects that exist in Cloud Storage, as `bucket/object`."""

    def serves(self, side: Side) -> bool:
        """Whether a region's front door gives good answers."""
        return side not in self.down | self.sick


class PublicDns:
    """The authoritative zone as the graphs of simulated updates have it, wherever its parts are declared."""

    def __init__(self, graphs: Iterable[Graph]) -> None:
        nodes = [node for graph in graphs for node in graph.nodes.values()]
        self._records = _of(nodes, RECORD)
        self._checks = {node.state["id"]: node for node in _of(nodes, HEALTH_CHECK)}
        self._targets: dict[str, Side] = {
            **{node.outputs["domainName"]: "aws" for node in _of(nodes, DISTRIBUTION)},
            **{node.outputs["address"]: "gcp" for node in _of(nodes, GLOBAL_ADDRESS)},
        }
        open_to_all = {
            node.inputs["bucket"]
            for node in _of(nodes, BUCKET_GRANT)
            if node.inputs["member"] == "allUsers" and node.inputs["role"] in READERS
        }
        self._readable = {
            node.outputs["name"]
            for node in _of(nodes, BUCKET)
            if node.outputs["name"] in open_to_all and node.inputs.get("publicAccessPrevention") == "inherited"
        }

    def failing_over(self) -> set[tuple[str, str]]:
        """Names and types of the records that may lead to either region."""
        return {(node.inputs["name"], node.inputs["type"]) for node in self._records if _role(node)}

    def answer(self, name: str, kind: str, world: World) -> Side | None:
        """The region that a name's records of a type (A or AAAA) lead to; None if there is none.

        A healthy PRIMARY is answered whatever the SECONDARY's health, and an unhealthy one too where the SECONDARY is
        unhealthy or missing. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
        Raises ValueError for a record or a check that this knows no rule for.
        """
        found = {
            _role(node): node for node in self._records if (node.inputs["name"], node.inputs["type"]) == (name, kind)
        }
        if not found:
            return None
        first = next(found[role] for role in ("", "PRIMARY", "SECONDARY") if role in found)
        second = found.get("SECONDARY")
        moved = second is not None and not self._healthy(first, world) and self._healthy(second, world)
        return self._side(second if second and moved else first)

    def _side(self, record: Node) -> Side:
        """Where a record leads."""
        values = [alias["name"] for alias in record.inputs.get("aliases") or ()] or record.inputs["records"]
        sides = {self._targets.get(value) for value in values}
        if len(sides) != 1 or None in sides:
            raise ValueError(f"{record.urn} leads to {values}, which is the front door of no one region")
        return next(side for side in sides if side)

    def _healthy(self, record: Node, world: World) -> bool:
        """A record's health: its check's, and its target's where an alias asks for that."""
        judged = any(alias.get("evaluateTargetHealth") for alias in record.inputs.get("aliases") or ())
        if judged and not world.serves(self._side(record)):
            return False
        check_id = record.inputs.get("healthCheckId")
        return check_id is None or self._passes(self._checks[check_id], world)

    def _passes(self, check: Node, world: World) -> bool:
        """A check's health: a disabled one's endpoint counts as healthy, and inversion comes last.

        https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
        """
        settings = check.inputs
        well = bool(settings.get("disabled")) or self._reached(check, settings, world)
        return well != bool(settings.get("invertHealthcheck"))

    def _reached(self, check: Node, settings: Document, world: World) -> bool:
        """Whether checkers get a good answer from the endpoint."""
        host, path = settings.get("fqdn"), settings.get("resourcePath", "/").removeprefix("/")
        if settings["type"] not in ("HTTP", "HTTPS") or not host:
            raise ValueError(f"{check.urn} asks no endpoint by its name")
        if host == CLOUD_STORAGE:
            readable = path.partition("/")[0] in self._readable
            return readable and path in world.objects and "gcp" not in world.down
        if (host, "A") in self.failing_over():
            raise ValueError(f"{check.urn} asks for {host}, which leads elsewhere once it has failed over")
        side = self.answer(host, "A", world)
        return side is not None and world.serves(side)


def _of(nodes: Iterable[Node], kind: str) -> list[Node]:
    return [node for node in nodes if node.type == kind]


def _role(record: Node) -> str:
    """PRIMARY or SECONDARY; nothing for a record that does not fail over."""
    return next((policy["type"] for policy in record.inputs.get("failoverRoutingPolicies") or ()), "")
