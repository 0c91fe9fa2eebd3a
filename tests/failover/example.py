"""A platform of the default settings, as its stacks would tell it, and steps as long as a failover's."""

from typing import ClassVar

from failover.estimates import Estimate
from failover.lags import Reading
from failover.names import LinkNames, StandbyNames
from failover.step import Site, Step

PROJECT = "example-standby"
RECORDS, SWITCH = "example-records", "example-failover-switch"
STORES = {
    "database": ("relational", 5),
    "tables/orders": ("key-value", 5),
    "tables/sessions": ("key-value", 15),
    "stream/domain-events": ("stream", 5),
    "stream/notifications": ("stream", 15),
    "buckets/assets": ("objects", 15),
    "cache": ("cache", 0),
}
STANDBY = StandbyNames.model_validate(
    {
        "project": PROJECT,
        "region": "us-central1",
        "domain": "example.com",
        "deployedMode": "standby",
        "hosts": ["example.com", "www.example.com", "api.example.com"],
        "standbyHost": "standby.example.com",
        "healthPath": "/healthz",
        "addresses": {"ipv4": "203.0.113.10", "ipv6": "2001:db8::10"},
        "switchBucket": SWITCH,
        "recordsBucket": RECORDS,
        "fenceLeaseSeconds": 180,
        "rtoMinutes": 30,
        "stores": {name: {"kind": kind, "rpoMinutes": rpo} for name, (kind, rpo) in STORES.items()},
        "database": {
            "instance": "platform",
            "database": "platform",
            "sqlJob": f"projects/{PROJECT}/locations/us-central1/jobs/sql",
            "activeTier": "db-perf-optimized-N-8",
            "rehearsalInstance": "platform-rehearsal",
            "writers": ["core"],
        },
        "tables": {"instance": f"projects/{PROJECT}/instances/platform", "clusters": ["b", "c"], "tables": {}},
        "workloads": {
            "endpoint": "gke-example.us-central1.gke.goog",
            "replicas": {"core": 3},
            "stores": {"api-gateway": [], "core": ["database", "cache", "buckets/assets"], "orders": ["tables/orders"]},
        },
        "certificates": {"example.com": f"projects/{PROJECT}/locations/global/certificates/shadow"},
        "objectives": {"availability": "slo-1", "latency": "slo-2"},
        "delivered": {"workloads/core": "sha256:0a", "bundle": None},
        "capacity": {
            "database": {"unit": "vCPU of Cloud SQL", "size": {"standby": 2, "active": 8}},
            "stream": {"unit": "vCPU of Managed Kafka", "size": {"standby": 3, "active": 12}},
            "tables": {"unit": "nodes of Bigtable", "size": {"standby": 2, "active": 6}},
        },
        "rehearsalDays": 8,
    }
)
LINK = LinkNames.model_validate(
    {
        "migrationJob": "rows",
        "rowsReturn": True,
        "jobs": [],
        "accounts": [],
        "connectors": [],
        "transfers": [],
        "subscriptions": {},
        "tunnels": {"tunnel-0": "tunnel 0", "tunnel-1": "tunnel 1"},
        "lags": {
            "rows": {"store": "database", "filter": "rows", "measures": "age", "rpoMinutes": 5},
            "orders": {"store": "tables/orders", "filter": "orders", "measures": "age", "rpoMinutes": 5},
            "beats": {"store": "stream", "filter": "beats", "measures": "arrivals", "least": 0.5, "rpoMinutes": 5},
            "assets": {"store": "buckets/assets", "filter": "assets", "measures": "arrivals", "rpoMinutes": 15},
        },
        "delivered": {"workloads/core": "sha256:0a", "bundle": None},
        "images": {"bucket": "logs", "object": "replication/images.json", "minutes": 90},
        "schemaReport": {"bucket": RECORDS, "object": "results/standing/schema-1.json", "minutes": 60},
    }
)

READINGS = {
    "rows": Reading(True, 0.4, 1, "0.4 minutes behind, measured 1 minutes ago"),
    "orders": Reading(None, 2.5, 42, "2.5 minutes behind, measured 42 minutes ago"),
    "beats": Reading(True, 0, 1, "0.98 arrivals a second over 5 minutes"),
    "assets": Reading(False, None, None, "nothing arrives"),
}


class Example(Step):
    """A step that does nothing, for as long as it says."""

    roles = ("roles/run.developer",)

    def act(self, site: Site) -> None: ...

    def check(self, site: Site) -> str:
        return self.name

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        return (f"gcloud run jobs execute {standby.database.sql_job} --args={self.name},--run,by-hand --wait",)


def step(
    name: str, low: float, mode: float, high: float, parts: dict[str, Estimate] | None = None, does: str = ""
) -> Step:
    """A step of that name and duration."""

    class Made(Example):
        estimate: ClassVar[Estimate] = Estimate(low, mode, high)

    Made.name, Made.does, Made.parts, Made.budget = name, does or f"see to {name}", parts or {}, 3 * high
    return Made()


STEPS = (
    step("fence", 0.7, 5.7, 6.5, does="stop the primary's writers, and wait until they have stopped"),
    step("promote", 0.5, 1, 3),
    step(
        "activate",
        1,
        2,
        4,
        {
            "database": Estimate(2, 5, 15),
            "stream": Estimate(2, 4, 8),
            "tables": Estimate(0.2, 1, 3),
            "workloads": Estimate(1, 3, 10),
        },
    ),
    step("switch", 1.5, 2.5, 4, does="move the public names to the standby"),
)
