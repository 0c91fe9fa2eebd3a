"""A platform with names of documentation, as the stacks would tell them, in a world where all is well."""

import time
from datetime import UTC, datetime

from failover.names import LINK_NAMES, STANDBY_NAMES, LinkNames, StandbyNames
from tests.failover.stand_ins.world import Certificate, Deployment, Migration, Name, Series, World

PROJECT = "example-standby"
REGION = f"projects/{PROJECT}/locations/us-central1"
SWITCH_BUCKET = "example-switch"
RECORDS_BUCKET = "example-records"
INSTANCE = f"projects/{PROJECT}/instances/example-tables"
ACCOUNT = f"importer@{PROJECT}.iam.gserviceaccount.com"
BACKLOG = (
    'metric.type = "pubsub.googleapis.com/subscription/num_undelivered_messages" '
    'AND resource.labels.subscription_id = "sessions"'
)
"""Filter of the changes that the table's reader has still to apply."""

TABLE = f"{INSTANCE}/tables/sessions"

STANDBY = StandbyNames.model_validate(
    {
        "project": PROJECT,
        "region": "us-central1",
        "domain": "example.com",
        "deployedMode": "standby",
        "hosts": ["www.example.com", "api.example.com"],
        "standbyHost": "standby.example.com",
        "healthPath": "/healthz",
        "addresses": {"ipv4": "203.0.113.10", "ipv6": "2001:db8::10"},
        "switchBucket": SWITCH_BUCKET,
        "recordsBucket": RECORDS_BUCKET,
        "fenceLeaseSeconds": 180,
        "rtoMinutes": 30,
        "stores": {
            "orders": {"kind": "database", "rpoMinutes": 5},
            "sessions": {"kind": "table", "rpoMinutes": 5},
            "documents": {"kind": "objects", "rpoMinutes": 15},
        },
        "database": {
            "instance": "example-database",
            "database": "orders",
            "sqlJob": f"{REGION}/jobs/sql",
            "activeTier": "db-custom-8-32768",
            "rehearsalInstance": "example-database-rehearsal",
            "writers": ["orders"],
        },
        "tables": {"instance": INSTANCE, "clusters": ["one"], "tables": {"sessions": "sessions"}},
        "workloads": {"endpoint": "gke-example.us-central1.gke.goog", "replicas": {"core": 3, "orders": 2}},
        "certificates": {"www.example.com": f"projects/{PROJECT}/locations/global/certificates/www"},
        "objectives": {"orders": f"projects/{PROJECT}/services/orders/serviceLevelObjectives/available"},
        "delivered": {"workloads": "sha256:0a", "bundle": "sha256:0b"},
        "capacity": {"database": {"unit": "vCPU", "size": {"standby": 2, "active": 8}}},
        "rehearsalDays": 8,
    }
)
LINK = LinkNames.model_validate(
    {
        "migrationJob": f"{REGION}/migrationJobs/orders",
        "rowsReturn": True,
        "jobs": [f"{REGION}/jobs/cache-warmer"],
        "accounts": [ACCOUNT],
        "connectors": [f"{REGION}/connectClusters/copy/connectors/mirror"],
        "transfers": ["transferJobs/documents"],
        "subscriptions": {"sessions": f"projects/{PROJECT}/subscriptions/sessions"},
        "tunnels": {"tunnel-0": 'metric.type = "vpn.googleapis.com/tunnel_established" AND tunnel = "0"'},
        "lags": {
            "orders": {"store": "orders", "filter": 'metric.type = "lag"', "measures": "age", "rpoMinutes": 5},
        },
        "delivered": {"workloads": "sha256:0a", "bundle": "sha256:0b"},
        "images": {"bucket": RECORDS_BUCKET, "object": "reports/images.json"},
        "schemaReport": {"bucket": RECORDS_BUCKET, "object": "reports/schema.json"},
    }
)


def sample_world(standby: StandbyNames = STANDBY, link: LinkNames = LINK) -> World:
    """Everything that the names tell of, in good order, while the primary serves."""
    now = time.time()
    world = World(public={standby.switch_bucket}, switch=(standby.switch_bucket, "active"))
    world.buckets = {standby.switch_bucket: {}, standby.records_bucket: {}}
    world.put(standby.records_bucket, STANDBY_NAMES, standby.model_dump_json(by_alias=True).encode())
    world.put(standby.records_bucket, LINK_NAMES, link.model_dump_json(by_alias=True).encode())
    world.jobs = {job: [] for job in (standby.database.sql_job, *link.jobs)}
    world.connectors = dict.fromkeys(link.connectors, "RUNNING")
    world.transfers = dict.fromkeys(link.transfers, "ENABLED")
    world.accounts = dict.fromkeys(link.accounts, True)
    world.migrations = {link.migration_job: Migration()}
    world.deployments = {f"{name}/{name}": Deployment("standby", 1) for name in standby.workloads.replicas}
    world.certificates = {name: Certificate(expires=now + 80 * 86400) for name in standby.certificates.values()}
    world.instances = {
        f"{standby.project}/{standby.database.instance}": {
            "name": standby.database.instance,
            "state": "RUNNABLE",
            "region": standby.region,
            "databaseVersion": "POSTGRES_16",
            "diskEncryptionConfiguration": {"kmsKeyName": f"{REGION}/keyRings/example/cryptoKeys/confidential"},
            "settings": {
                "tier": "db-custom-2-8192",
                "edition": "ENTERPRISE",
                "databaseFlags": [{"name": "cloudsql.iam_authentication", "value": "on"}],
                "deletionProtectionEnabled": True,
                "ipConfiguration": {
                    "ipv4Enabled": False,
                    "privateNetwork": f"projects/{PROJECT}/global/networks/example",
                    "sslMode": "TRUSTED_CLIENT_CERTIFICATE_REQUIRED",
                    "requireSsl": True,
                },
            },
        }
    }
    day = datetime.fromtimestamp(now - 3600, UTC).isoformat()
    world.instance_backups[f"{standby.project}/{standby.database.instance}"] = [
        {"id": "7", "status": "SUCCESSFUL", "enqueuedTime": day, "endTime": day}
    ]
    clusters = dict.fromkeys(standby.tables.clusters, "READY")
    for table in standby.tables.tables.values():
        name = f"{standby.tables.instance}/tables/{table}"
        world.tables[name] = dict(clusters)
        backup = f"{standby.tables.instance}/clusters/{standby.tables.clusters[0]}/backups/{table}-daily"
        world.table_backups[backup] = (name, now - 3600)
    world.series = [Series(each, [(now - 30, 1)]) for each in link.tunnels.values()]
    world.series += [Series(lag.filter, [(now - 30, 2.0)]) for lag in link.lags.values()]
    primary = {"A": ["198.51.100.1"], "AAAA": ["2001:db8:1::1"]}
    addresses = {"A": [standby.addresses["ipv4"]], "AAAA": [standby.addresses["ipv6"]]}
    world.names = {host: Name(primary, addresses) for host in standby.hosts}
    world.names[standby.standby_host] = Name(addresses, addresses)
    world.doors = dict.fromkeys((*standby.hosts, standby.standby_host), 200)
    return world
