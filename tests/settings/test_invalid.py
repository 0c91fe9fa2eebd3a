"""Each invalid setting is refused before any resource, with its file, key, value and remedy."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from settings.problems import SettingsError, show_value

REMOVED = object()
ZONES = ["us-west-2a", "us-west-2b", "us-west-2c"]
TABLE = {"hash_key": "id", "attributes": {"id": "S"}}
PEM = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n"
ROLE = "arn:aws:iam::210987654321:role/platform"
CIRCUIT = {
    "google_location": "pdx-zone1-1922",
    "remote_location": "aws-eqix-se2",
    "aws_location": "EqSe2",
    "vlan": 100,
}
WORKLOAD = {"image": "podinfo", "digest": f"sha256:{'0' * 64}"}
CERTIFICATE = "-----BEGIN CERTIFICATE-----\n" + f"{'MIID' * 16}\n" * 8 + "-----END CERTIFICATE-----"
LARGE = {"instance_types": ["m8g.large"]}

EXPERIMENT = {
    "hypothesis": "The other pods of core answer in time.",
    "slo": {"workload": "core", "promise": "availability"},
    "abort_burn_rate": 14.4,
    "target": "core",
    "fault": "pod-kill",
    "max_pods_percent": 34,
    "starts": "tue:10:05",
    "duration_minutes": 10,
}


@dataclass
class Case:
    """One change to the shipped settings, and the one problem that follows."""

    title: str
    path: str
    """Path of the setting that is changed, and of the problem, unless `at` says otherwise."""

    value: Any
    """The value that is set, and shown, unless `shown` says otherwise."""

    remedy: str
    at: str | None = None
    shown: str | None = None
    encrypted: list[str] = field(default_factory=list)


CASES = {
    "Pulumi.yaml": [
        Case("failover by a tag", "failover.image_digest", "latest", "sha256: and 64 hexadecimal digits"),
        Case("rehearsals twice a day", "failover.rehearsal_schedule", "0 9,21 * * *", "such as 0 13 * * 2"),
        Case("rehearsals later than a week apart", "failover.rehearsal_days", 7, "8 to 60"),
        Case("an objective shorter than DNS", "failover.rto_minutes", 5, "10 to 1440"),
        Case("a lease of a passing fault", "failover.fence_lease_seconds", 30, "60 to 3600"),
        Case(
            "a lease that takes the objective's time", "failover",
            {"records_bucket": "failover-records", "rto_minutes": 10, "fence_lease_seconds": 301},
            "use 300 or less", at="failover.fence_lease_seconds", shown="301",
        ),
        Case(
            "records in public", "failover.records_bucket", "example-failover-switch", "name another",
        ),
        Case("a bucket that nobody can have", "failover.records_bucket", "google-records", "without google"),
        Case("records of a month", "failover.record_days", 30, "90 to 3650"),
        Case(
            "everybody fails over", "failover.operators", ["allUsers"], "group:",
            at="failover.operators[0]", shown='"allUsers"',
        ),
        Case("a job that has no time", "failover.database_job.timeout_minutes", 1, "5 to 1440"),
        Case("no registry for the failover", "artifacts", ["bigtable-writer", "podinfo"], "add failover"),
        Case(
            "name that PostgreSQL keeps", "databases", {"postgres": {}}, "PostgreSQL keeps",
            at="databases.postgres", shown='"postgres"',
        ),
        Case("a second database", "databases", {"one": {}, "two": {}}, "remove some"),
        Case("signing key that is none", "platform", {"admission": {"signing_keys": {"ci": "abc"}}},
             "cosign public-key", at="platform.admission.signing_keys.ci", shown='"abc"'),
        Case("signing key that policies cannot name", "platform", {"admission": {"signing_keys": {"a-b": PEM}}},
             "lower-case letters and digits", at="platform.admission.signing_keys.a-b", shown='"a-b"'),
        Case("scan of what users come to", "platform", {"dast": {"target": "https://www.example.com/"}},
             "platform.dast.production", at="platform.dast.target", shown='"https://www.example.com/"'),
        Case("scan of the primary", "platform", {"dast": {"target": "https://primary.example.com"}},
             "platform.dast.production", at="platform.dast.target", shown='"https://primary.example.com"'),
        Case("scan of others", "platform", {"dast": {"target": "https://notexample.com"}},
             "name a host of", at="platform.dast.target", shown='"https://notexample.com"'),
        Case("scan in plain text", "platform", {"dast": {"target": "http://standby.example.com"}},
             "https://", at="platform.dast.target", shown='"http://standby.example.com"'),
        Case("scan at no time", "platform", {"dast": {"schedule": "daily"}},
             "weekday", at="platform.dast.schedule", shown='"daily"'),
        Case("no certificate", "platform", {"sonarqube": {"database_ca": "abc"}},
             "BEGIN line", at="platform.sonarqube.database_ca", shown='"abc"'),
        Case("bucket that the platform has itself", "buckets", {"logs": {}}, "such as assets",
             at="buckets.logs", shown='"logs"'),
        Case("artifact in upper case", "artifacts", ["Core", "bundles/shared"], "lower-case",
             at="artifacts[0]", shown='"Core"'),
        Case("artifact twice", "artifacts", ["core", "core"], "repetition", at="artifacts[1]", shown='"core"'),
        Case("image of others by its tag", "platform.images", {"external-secrets": "v1"},
             "sha256: and 64 hexadecimal digits", at="platform.images.external-secrets", shown='"v1"'),
        Case("bundle that no registry holds", "platform.delivery.bundle", "bundles/other", "one of artifacts"),
        Case("chart that no registry holds", "platform.delivery.chart", "charts/other", "one of artifacts"),
        Case("chart for a bundle", "platform.delivery.bundle", "charts/service", "an artifact of its own"),
        Case("bundle by its tag", "platform.delivery.bundle_digest", "v1", "64 hexadecimal digits"),
        Case("chart by its version", "platform.delivery.chart_digest", "1.0.0", "64 hexadecimal digits"),
        Case("window at no time", "platform.delivery.sync_windows", [{"schedule": "fridays", "hours": 8}],
             "day of the week", at="platform.delivery.sync_windows[0].schedule", shown='"fridays"'),
        Case("window without end", "platform.delivery.sync_windows", [{"schedule": "0 18 * * fri", "hours": 500}],
             "1 to 168", at="platform.delivery.sync_windows[0].hours", shown="500"),
        Case("tokens without TLS", "platform.delivery.sso",
             {"issuer": "http://login.example.com", "client_id": "argocd", "client_secret": "session-signing"},
             "https://", at="platform.delivery.sso.issuer", shown='"http://login.example.com"'),
        Case("login by a secret that is not there", "platform.delivery.sso",
             {"issuer": "https://login.example.com", "client_id": "argocd", "client_secret": "other"},
             "one of app_secrets", at="platform.delivery.sso.client_secret", shown='"other"'),
        Case("image that nothing runs", "platform.images", {"other": f"sha256:{'1' * 64}"},
             "name one of", at='platform.images.other', shown=f'"sha256:{"1" * 64}"'),
        Case("secret that may be old for longer than a week", "app_secrets.session-signing.rpo", 10081, "1 to 10080"),
        Case("workload of a platform's name", "workloads", {"vault": WORKLOAD}, "such as core",
             at="workloads.vault", shown='"vault"'),
        Case("workload of a store's name", "workloads", {"database": WORKLOAD}, "such as core",
             at="workloads.database", shown='"database"'),
        Case("workload of the gateway's VirtualService's name", "workloads", {"public": WORKLOAD}, "such as core",
             at="workloads.public", shown='"public"'),
        Case("workload of the mesh's name", "workloads", {"istio-core": WORKLOAD}, "such as core",
             at="workloads.istio-core", shown='"istio-core"'),
        Case("secret of Vault whose file is taken", "workloads.core.uses.vault", ["payment-gateway"], "another name"),
        Case("workload whose account has no name", "workloads", {"a" * 26: WORKLOAD}, "1 to 25",
             at=f"workloads.{'a' * 26}", shown=f'"{"a" * 26}"'),
        Case("image of others by its tag", "platform.images", {"external-secrets": "v1"},
             "sha256: and 64 hexadecimal digits", at="platform.images.external-secrets", shown='"v1"'),
        Case("image that nothing runs", "platform.images", {"other": f"sha256:{'1' * 64}"},
             "name one of", at='platform.images.other', shown=f'"sha256:{"1" * 64}"'),
        Case("more traces than requests", "platform.mesh.trace_percent", 101, "0 to 100"),
        Case("control plane of one pod", "platform.mesh.control_plane", {"minimum": 1, "maximum": 3}, "2 or more",
             at="platform.mesh.control_plane.minimum", shown="1"),
        Case("gateway of one pod", "platform.mesh.gateway.standby", {"minimum": 1, "maximum": 3},
             "2 or more", at="platform.mesh.gateway.standby.minimum", shown="1"),
        Case("contact that is no address", "platform.certificates.contact", "security team", "write one address"),
        Case("root of the mesh that is always at its end", "platform.certificates.mesh_root_years", 1, "2 to 20"),
        Case("quiet hours without an end", "platform.nodes.pools.general.quiet_hours", "14:00", "two UTC times"),
        Case("nodes that never leave", "platform.nodes.pools.general.days", 365, "1 to 90"),
        Case("image of nodes by no version", "platform.nodes.image", "newest", "write latest"),
        Case("metrics that the workspace cannot keep", "platform.observability.metrics.stored_days", 1096, "1 to 1095"),
        Case("metrics that are gone before their error budget", "platform.observability.metrics.local_days", 15,
             "keep 30 days or more"),
        Case("a server without memory", "platform.observability.metrics.memory_mib", 512, "1024 to 131072"),
        Case("more traces than there are", "platform.observability.tracing.sampled_percent", 101, "0 to 100"),
        Case("objective without a margin", "platform.objectives.every_workload",
             {"availability": {"target_percent": 100}}, "95 to 99.99",
             at="platform.objectives.every_workload.availability.target_percent", shown="100"),
        Case("objective that the mesh cannot count", "platform.objectives.front_door",
             {"latency": {"threshold_milliseconds": 300}}, "250, 500",
             at="platform.objectives.front_door.latency.threshold_milliseconds", shown="300"),
        Case("objective of nobody", "platform.objectives.workloads", {"other": {}}, "name one of api-gateway",
             at="platform.objectives.workloads.other", shown="{}"),
        Case("faults in production at any time", "platform.chaos", {"enabled": True}, "give a window",
             at="platform.chaos.window", shown='{"chaos": {"enabled": true}}'),
        Case("fault for nobody", "platform.chaos.experiments", {"x": {**EXPERIMENT, "target": "other"}},
             "name one of api-gateway", at="platform.chaos.experiments.x.target", shown='"other"'),
        Case("fault that nobody's promise judges", "platform.chaos.experiments",
             {"x": {**EXPERIMENT, "slo": {"workload": "other", "promise": "latency"}}}, "name one of api-gateway",
             at="platform.chaos.experiments.x.slo.workload", shown='"other"'),
        Case("fault of requests that nobody sends", "platform.chaos.experiments",
             {"x": {**EXPERIMENT, "target": "api-gateway", "fault": "http-abort"}}, "name one that others call",
             at="platform.chaos.experiments.x.target", shown='"api-gateway"'),
        Case("fault of no pod", "platform.chaos.experiments", {"x": {**EXPERIMENT, "max_pods_percent": 33}},
             "use 34 or more", at="platform.chaos.experiments.x.max_pods_percent", shown="33"),
        Case("runbooks without TLS", "platform.alerting.runbooks", "http://docs.example.com", "https://"),
        Case("secret that may be old for longer than a week", "app_secrets.session-signing.rpo", 10081, "1 to 10080"),
        Case("pool that Google keeps", "federation.pool", "gcp-aws", "do not start with gcp-"),
        Case("provider's id too short", "federation.provider", "aws", "4 to 32"),
        Case("name of the cluster's provider too short", "federation.cluster_provider", "eks", "4 to 32"),
        Case("two providers of one name", "federation.cluster_provider", "aws-account", "name another one"),
        Case("even number of Vault's servers", "platform.vault.replicas", 4, "3 or 5"),
        Case("more recovery keys needed than there are", "platform.vault.recovery_threshold", 6, "use 2 to 5"),
        Case("one of several recovery keys enough", "platform.vault.recovery_threshold", 1, "use 2 to 5"),
        Case("recovery keys without holders", "platform.vault.recovery_pgp_keys", ["A" * 300], "give 5 keys, or none",
             shown=f'["{"A" * 158}…'),
        Case("schedule that no hour holds", "platform.vault.copy_minutes", 7, "5, 10, 15, 20, 30"),
        Case("copies of Vault rarer than their promise", "platform.vault.copy_rpo", 29, "30 to 1440"),
        Case("snapshots that no day holds", "platform.vault.snapshot_hours", 5, "1, 2, 3, 4, 6"),
        Case("audit log without room", "platform.vault.audit_gib", 1, "2 to 1000"),
        Case("role by its ARN", "federation.images_role", ROLE, "without path or ARN"),
        Case("images copied by another's role", "federation.images_role", "standby-replication", "a role of its own"),
        Case("role by its ARN", "federation.replication_role", ROLE, "without path or ARN"),
        Case(
            "receiver that is none", "receivers", {"email": {}}, "'pagerduty', 'jira_service",
            at="receivers.email", shown='"email"',
        ),
        Case(
            "receiver of nothing", "receivers", {"pagerduty": {"severities": []}}, "add what is",
            at="receivers.pagerduty.severities", shown="[]",
        ),
        Case("no range", "addresses.supernet", "10.64.0.0/33", "such as 10.64.0.0/12"),
        Case("host bits", "addresses.supernet", "10.64.0.1/12", "first address"),
        Case("a range as a number", "addresses.supernet", 10, "first address"),
        Case("public supernet", "addresses.supernet", "11.0.0.0/12", "choose a range in 10.0.0.0/8"),
        Case("supernet public in part", "addresses.supernet", "172.0.0.0/8", "choose a range in 10.0.0.0/8"),
        Case("supernet too small", "addresses.supernet", "10.64.0.0/17", "/8 to /16"),
        Case("Docker's range overlaps", "addresses.supernet", "172.16.0.0/13", "without it"),
        Case("VPC refuses the pod range", "addresses.supernet", "10.0.0.0/16", "choose a larger range or another"),
        Case("AWS keeps 172.31.0.0/16", "addresses.supernet", "172.31.0.0/16", "choose a larger range or another"),
        Case("public ASN", "addresses.asns.aws", 7224, "64512 to 65534"),
        Case("equal ASNs", "addresses.asns", {"aws": 64512, "gcp": 64512}, "two numbers"),
        Case("ASN in quotes", "addresses.asns.gcp", "64513", "without quotes"),
        Case("unknown AWS region", "regions.aws", "us-west-9", "us-west-2"),
        Case("region of two zones", "regions.aws", "us-west-1", "three zones"),
        Case("unknown Google Cloud region", "regions.gcp", "us-west-99", "us-central1"),
        Case("both regions one", "regions.gcp_second", "us-central1", "another region"),
        Case("regions of two continents", "regions.gcp_second", "europe-west1", "starts with us"),
        Case("a continent without pairs", "regions.gcp", "me-west1", "starts with asia, europe, us"),
        Case("a DS record by an old digest", "front_door.delegation_ds", "12345 13 1 " + "AB" * 20, "dns-keys list"),
        Case(
            "name that leads to the standby alone", "front_door.hosts", ["standby"], "another",
            at="front_door.hosts[0]", shown='"standby"',
        ),
        Case("switch that Google refuses", "front_door.switch_bucket", "our-google-switch", "without google"),
        Case(
            "front door without a switch", "front_door", {"hosts": ["api"]}, "add the key",
            at="front_door.switch_bucket", shown="none",
        ),
        Case(
            "name that must not move", "front_door.hosts", ["@", "primary"], "another",
            at="front_door.hosts[1]", shown='"primary"',
        ),
        Case(
            "name of the standby's own zone", "front_door.hosts", ["gcp"], "another",
            at="front_door.hosts[0]", shown='"gcp"',
        ),
        Case("no public name", "front_door.hosts", [], "at least one"),
        Case("name twice", "front_door.hosts", ["api", "api"], "repetition", at="front_door.hosts[1]", shown='"api"'),
        Case(
            "name of two labels", "front_door.hosts", ["a.b"], "one DNS label",
            at="front_door.hosts[0]", shown='"a.b"',
        ),
        Case("health path without a slash", "front_door.health_path", "healthz", "/healthz"),
        Case(
            "window that one firewall lacks", "front_door.rate_limits", {"all": {"requests": 10, "window_seconds": 90}},
            "60, 120, 300 or 600", at="front_door.rate_limits.all.window_seconds", shown="90",
        ),
        Case("no limit", "front_door.rate_limits", {}, "add what is missing"),
        Case("unquoted account id", "accounts.aws", 111122223333, "in quotes"),
        Case("account id without its zero", "accounts.aws", "11122223333", "in quotes"),
        Case("unquoted project number", "accounts.gcp_project_number", 123456789012, "in quotes"),
        Case("project id too long", "accounts.gcp_project", "p" * 31, "6 to 30"),
        Case("missing account", "accounts.aws", REMOVED, "add the key", shown="none"),
        Case("missing key", "domain", REMOVED, "add the key", shown="none"),
        Case("domain with a trailing dot", "domain", "example.com.", "without a trailing dot"),
        Case("label that no cloud takes", "ownership.owner", "Platform Team", "lower-case"),
        Case("names too long for a domain", "ownership.environment", "e" * 20, "shorten one of the two"),
        Case("no tables", "tables", {}, "add what is missing"),
        Case("table name too long", f"tables.{'t' * 51}", TABLE, "3 to 50", shown=json.dumps("t" * 51)),
        Case("index whose table Bigtable cannot name", f"tables.{'t' * 45}",
             {**TABLE, "indexes": {"by-id": {"hash_key": "id"}}}, "shorten one of the two names",
             at=f"tables.{'t' * 45}.indexes.by-id", shown='{"hash_key": "id"}'),
        Case("key without a type", "tables.orders.hash_key", "order_id", "add order_id"),
        Case("index key without a type", "tables.orders.indexes.by-status.hash_key", "total", "add total"),
        Case("unused attribute", "tables.accounts.attributes", {"account_id": "S", "email": "S", "age": "N"}, "remove"),
        Case("type that DynamoDB lacks", "tables.orders.attributes.status", "BOOL", "'S', 'N' or 'B'"),
        Case("expiry by text", "tables.sessions.ttl_attribute", "user_id", "numeric"),
        Case("nested unknown key", "tables.sessions.ttl_atribute", "x", "did you mean ttl_attribute?"),
        Case("topic that Pub/Sub refuses", "topics.goog-events", {}, "3 to 200", shown='"goog-events"'),
        Case("topic kept too long", "topics.audit-events.retention_hours", 745, "1 to 744"),
        Case("a fraction of a partition", "topics.audit-events.partitions", 1.5, "or a fraction"),
        Case("no RPO", "topics.audit-events.rpo", 0, "1 to 10080"),
    ],
    "Pulumi.prod.yaml": [
        Case("two zones for three brokers", "network.zones", ZONES[:2], "three or four"),
        Case("five zones", "network.zones", [*ZONES, "us-west-2d", "us-west-2e"], "three or four"),
        Case("a zone twice", "network.zones", [*ZONES[:2], "us-west-2a"], "once"),
        Case(
            "a zone of another region", "network.zones", [*ZONES[:2], "us-east-1a"], "zones of us-west-2",
            at="network.zones[2]", shown='"us-east-1a"',
        ),
        Case(
            "a region as a zone", "network.zones", ["us-west-2", *ZONES[1:]], "such as us-west-2a",
            at="network.zones[0]", shown='"us-west-2"',
        ),
        Case("zones as text", "network.zones", "us-west-2a", "brackets"),
        Case(
            "endpoint that is none", "network.interface_endpoints", ["s3"], "secretsmanager",
            at="network.interface_endpoints[0]", shown='"s3"',
        ),
        Case("text for a mapping", "network", "10.0.0.0/16", "indented"),
        Case("retention that is not offered", "network.flow_log_retention_days", 100, "use one of 1, 3, 5"),
        Case("unquoted version", "cluster.version", 1.3, "in quotes"),
        Case("version past its support", "cluster.version", "1.29", '"1.35"'),
        Case(
            "API open to the world", "cluster.api_allowed_cidrs", ["0.0.0.0/0"], "/28 or narrower",
            at="cluster.api_allowed_cidrs[0]", shown='"0.0.0.0/0"',
        ),
        Case(
            "API open to a private range", "cluster.api_allowed_cidrs", ["203.0.113.0/28", "10.0.0.0/28"], "remove it",
            at="cluster.api_allowed_cidrs[1]", shown='"10.0.0.0/28"',
        ),
        Case(
            "administrator without an ARN", "cluster.administrators", ["admin"], "arn:aws:iam::",
            at="cluster.administrators[0]", shown='"admin"',
        ),
        Case("nobody administers", "cluster.administrators", [], "name the role"),
        Case(
            "administrator twice", "cluster.administrators", [ROLE, ROLE], "repetition",
            at="cluster.administrators[1]", shown=f'"{ROLE}"',
        ),
        Case(
            "viewer who administers", "cluster", {"administrators": [ROLE], "viewers": [ROLE]}, "remove it here",
            at="cluster.viewers[0]", shown=f'"{ROLE}"',
        ),
        Case(
            "minimum above maximum", "cluster.node_groups.all", {**LARGE, "minimum": 9, "maximum": 3}, "raise maximum",
            at="cluster.node_groups.all.maximum", shown="3",
        ),
        Case(
            "minimum above the default maximum", "cluster.node_groups.all", {**LARGE, "minimum": 13}, "raise maximum",
            at="cluster.node_groups.all.maximum", shown="12",
        ),
        Case(
            "processor of another kind", "cluster.node_groups.all", {"instance_types": ["m8g.large", "m7i.large"]},
            "set architecture to x86_64", at="cluster.node_groups.all.instance_types[1]", shown='"m7i.large"',
        ),
        Case("group name too long", f"cluster.node_groups.{'g' * 31}", LARGE, "1 to 30", shown=json.dumps("g" * 31)),
        Case(
            "unknown taint effect", "cluster.node_groups.all", {**LARGE, "taints": {"a": "None"}}, "'NO_SCHEDULE'",
            at="cluster.node_groups.all.taints.a", shown='"None"',
        ),
        Case("minor version", "database.version", "17.4", "major version"),
        Case("backups for less than a week", "database.backup_days", 3, "7 to 35"),
        Case("unquoted time", "database.backup_window", 510, "in quotes"),
        Case("window of no hours", "database.backup_window", "25:00-26:00", "08:00-09:00"),
        Case("window too short", "database.backup_window", "08:00-08:29", "move its end"),
        Case(
            "windows that overlap", "database.backup_window", "10:30-11:30", "move one",
            at="database.maintenance_window", shown='"sun:10:00-sun:11:00"',
        ),
        Case(
            "windows that overlap at midnight", "database",
            {"backup_window": "23:45-00:15", "maintenance_window": "mon:00:00-mon:01:00"}, "move one",
            at="database.maintenance_window", shown='"mon:00:00-mon:01:00"',
        ),
        Case("class that Aurora lacks", "database.instance_class", "db.m8g.large", "db.r8g.xlarge"),
        Case("unknown Kafka version", "stream.version", "2.8.1", "3.9.x.kraft"),
        Case(
            "volumes that shrink", "stream", {"volume_gib": 800, "volume_maximum_gib": 400}, "raise volume_maximum_gib",
            at="stream.volume_maximum_gib", shown="400",
        ),
        Case(
            "replica at home", "key_value_store.replica_regions", ["us-east-2", "us-west-2"], "other regions",
            at="key_value_store.replica_regions[1]", shown='"us-west-2"',
        ),
        Case(
            "replica region twice", "key_value_store.replica_regions", ["us-east-2", "us-east-2"], "repetition",
            at="key_value_store.replica_regions[1]", shown='"us-east-2"',
        ),
        Case("patch version of Valkey", "cache.version", "8.1.0", '"8.1"'),
        Case("cache that Graviton does not run", "cache.node_type", "cache.r5.large", "cache.r7g.large"),
        Case("cache without failover", "cache.replicas", 0, "1 to 5"),
        Case("more nodes than a cache takes", "cache", {"shards": 60}, "lower one", at="cache.replicas", shown="2"),
        Case("window too short for ElastiCache", "cache.snapshot_window", "06:00-06:45", "move its end"),
        Case(
            "cache's windows that overlap", "cache.snapshot_window", "08:30-09:30", "move one",
            at="cache.maintenance_window", shown='"sun:08:00-sun:09:00"',
        ),
        Case("version that is no OpenSearch", "search.version", "7.10", "OpenSearch_2.19"),
        Case("instance that Auto-Tune refuses", "search.instance_type", "t3.medium.search", "r7g.large.search"),
        Case("nodes that leave zones unequal", "search.instances", 4, "multiple of 3"),
        Case("two nodes for three zones", "search.instances", 2, "3 to 78"),
        Case("objects that expire while locked", "storage.backup_days", 30, "raise backup_days"),
        Case("lock that S3 lacks", "storage.object_lock", "LEGAL", "'GOVERNANCE' or 'COMPLIANCE'"),
        Case(
            "cache of a registry with credentials", "registry.pull_through", {"hub": "registry-1.docker.io"}, "quay.io",
            at="registry.pull_through.hub", shown='"registry-1.docker.io"',
        ),
        Case("images copied to their own region", "registry.replica_region", "us-west-2", "another region"),
        Case("backups copied to their own region", "backup.copy_region", "us-west-2", "another region"),
        Case("backups for less than a week each", "backup.days.internal", 3, "7 to 3650"),
        Case("schedule of five fields", "backup.schedule", "cron(0 5 * * *)", "cron(0 5 ? * * *)"),
        Case("grace that AWS refuses", "backup.lock_grace_days", 1, "3 to 365"),
        Case(
            "canary without a bucket", "observability.canary", {"path": "/healthz"}, "add the key",
            at="observability.canary.artifact_bucket", shown="none",
        ),
        Case(
            "canary's path without its slash", "observability.canary", {"artifact_bucket": "sample", "path": "healthz"},
            "such as /healthz", at="observability.canary.path", shown='"healthz"',
        ),
        Case(
            "canary's runtime withdrawn", "observability.canary",
            {"artifact_bucket": "sample", "runtime": "syn-nodejs-puppeteer-6.2"}, "syn-nodejs-puppeteer-17.0",
            at="observability.canary.runtime", shown='"syn-nodejs-puppeteer-6.2"',
        ),
        Case("more than all requests", "observability.tracing", {"sampled_percent": 101}, "0 to 100",
             at="observability.tracing.sampled_percent", shown="101"),
        Case("event log kept oddly", "observability.event_log_retention_days", 100, "use one of 1, 3, 5"),
        Case("key that goes too soon", "keys.deletion_window_days", 7, "14 to 30"),
        Case("balancer open to a range", "edge.cloudfront_source", "0.0.0.0/0", "prefix list (pl-…)"),
        Case(
            "shield with nothing to cache", "edge",
            {
                "cloudfront_source": "pl-82a045eb", "cached_paths": [], "origin_shield": "us-west-2",
            },
            "name cached_paths", at="edge.origin_shield", shown='"us-west-2"',
        ),
        Case("shield where there is none", "edge.origin_shield", "eu-north-1", "us-west-2"),
        Case(
            "rule group that is not used", "edge.firewall.counted_rules", {"php": ["A"]}, "sql_injection",
            at="edge.firewall.counted_rules.php", shown='"php"',
        ),
        Case(
            "partners without principals", "edge.partners", {"kind": "private_link"}, "fill allowed_principals",
            at="edge.partners.allowed_principals", shown='{"kind": "private_link"}',
        ),
        Case(
            "list without its kind", "edge.partners", {"allowed_cidrs": ["198.51.100.0/28"]}, "set kind to allow_list",
            at="edge.partners.allowed_cidrs", shown='["198.51.100.0/28"]',
        ),
        Case(
            "world as a partner", "edge.partners", {"kind": "allow_list", "allowed_cidrs": ["0.0.0.0/0"]},
            "/24 or narrower", at="edge.partners.allowed_cidrs[0]", shown='"0.0.0.0/0"',
        ),
        Case(
            "private range as a partner", "edge.partners", {"kind": "allow_list", "allowed_cidrs": ["10.0.0.0/28"]},
            "public range", at="edge.partners.allowed_cidrs[0]", shown='"10.0.0.0/28"',
        ),
        Case(
            "service that no account has", "security.external", ["shield"], "'guardduty'",
            at="security.external[0]", shown='"shield"',
        ),
        Case(
            "service left out twice", "security.external", ["macie", "macie"], "repetition",
            at="security.external[1]", shown='"macie"',
        ),
        Case("history for less than a year", "security.archive_days", 90, "365 to 3653"),
        Case("runner without an owner", "runner.repository", "platform", "owner/name"),
        Case(
            "connection without a repository", "runner", {"connected": True}, "set runner.repository",
            at="runner.connected", shown="true",
        ),
        Case(
            "role for no runner", "runner", {"apply_role": ROLE}, "set runner.repository",
            at="runner.apply_role", shown=f'"{ROLE}"',
        ),
        Case(
            "role without an ARN", "runner", {"repository": "example-org/platform", "apply_role": "apply"},
            "arn:aws:iam::", at="runner.apply_role", shown='"apply"',
        ),
        Case("unknown size", "size", "tiny", "'production' or 'small'"),
        Case("no boolean", "protection", "maybe", "true or false"),
        Case("misspelt key", "databse", {"instances": 3}, "did you mean database?"),
        Case("provider's own key", "aws:region", "eu-west-1", "pulumi config rm aws:region --stack prod"),
        Case(
            "encrypted part of a setting", "network.zones", ["hidden"], "plain text",
            at="network", shown="[secret]", encrypted=["multicloud:network"],
        ),
        Case(
            "encrypted unknown key", "api_token", "hidden", "remove it",
            shown="[secret]", encrypted=["multicloud:api_token"],
        ),
    ],
    "Pulumi.dr.yaml": [
        Case("unknown mode", "mode", "passive", "'standby' or 'active'"),
        Case("service of the organisation twice", "security.external", ["guards", "guards"], "remove the repetition",
             at="security.external[1]", shown='"guards"'),
        Case("unknown service of the organisation", "security.external", ["firewall"], "'audit-log'",
             at="security.external[0]", shown='"firewall"'),
        Case("issuer without HTTPS", "security.issuers", ["http://oidc.example.com"], "without query",
             at="security.issuers[0]", shown='"http://oidc.example.com"'),
        Case("issuer twice", "security.issuers", ["https://oidc.example.com"] * 2, "repetition",
             at="security.issuers[1]", shown='"https://oidc.example.com"'),
        Case("contact without an address", "security.contacts", ["security team"], "one address",
             at="security.contacts[0]", shown='"security team"'),
        Case("findings kept too long", "security.findings_days", 32, "1 to 31"),
        Case("no way out", "network.nat_addresses", 0, "use 1 to 16"),
        Case("flow logs without samples", "network.flow_log_sampling_percent", 0, "use 1 to 100"),
        Case("key of another stack", "search", {"instances": 3}, "remove it; known are"),
        Case(
            "audit logs for months", "observability.logs", {"audit_days": 90}, "365 to 3650",
            at="observability.logs.audit_days", shown="90",
        ),
        Case(
            "period that nobody offers", "observability.uptime", {"period_seconds": 30}, "60, 300, 600 or 900",
            at="observability.uptime.period_seconds", shown="30",
        ),
        Case(
            "checks from one place", "observability.uptime", {"regions": ["EUROPE"]}, "add USA",
            at="observability.uptime.regions", shown='["EUROPE"]',
        ),
        Case("provider's own key", "gcp:project", "other", "pulumi config rm gcp:project --stack dr"),
        Case(
            "a star in the middle of a path", "edge.cached_paths", ["/static/*/icons"], "/static/*",
            at="edge.cached_paths[0]", shown='"/static/*/icons"',
        ),
        Case("bucket that there is not", "edge.signed_bucket", "images", "name one of assets"),
        Case("paranoia that OWASP lacks", "edge.firewall", {"sensitivity": 5}, "1 to 4",
             at="edge.firewall.sensitivity", shown="5"),
        Case(
            "rule set that is not used", "edge.firewall", {"counted_rules": {"iis": ["owasp-crs-v042200-id1"]}},
            "sql_injection", at="edge.firewall.counted_rules.iis", shown='"iis"',
        ),
        Case("body of an odd size", "edge.firewall", {"inspected_body_kib": 24}, "64",
             at="edge.firewall.inspected_body_kib", shown="24"),
        Case(
            "partners without projects", "edge.partners", {"kind": "private_link"}, "fill allowed_projects",
            at="edge.partners.allowed_projects", shown='{"kind": "private_link"}',
        ),
        Case(
            "the world as a partner", "edge.partners", {"kind": "allow_list", "allowed_cidrs": ["0.0.0.0/0"]},
            "/24 or narrower", at="edge.partners.allowed_cidrs[0]", shown='"0.0.0.0/0"',
        ),
        Case("no time to answer", "edge.request_timeout_seconds", 0, "1 to 3600"),
        Case("channel of new versions", "cluster.release_channel", "RAPID", "'REGULAR' or 'STABLE'"),
        Case("everybody administers", "cluster.administrators", ["allAuthenticatedUsers"], "principalSet://",
             at="cluster.administrators[0]", shown='"allAuthenticatedUsers"'),
        Case("member twice", "cluster.viewers", ["user:a@example.com"] * 2, "repetition",
             at="cluster.viewers[1]", shown='"user:a@example.com"'),
        Case("too little time for upgrades", "cluster.maintenance", {"days": ["sun"], "hours": 6}, "add days",
             at="cluster.maintenance.hours", shown="6"),
        Case("no day for upgrades", "cluster.maintenance.days", [], "add what is missing"),
        Case("time of day without minutes", "cluster.maintenance.start", "8", "minutes in UTC"),
        Case("exclusion that ends first", "cluster.maintenance_exclusions",
             {"year-end": {"start": "2027-11-20T00:00:00Z", "end": "2027-11-19T00:00:00Z"}}, "a later end",
             at="cluster.maintenance_exclusions.year-end.end", shown='"2027-11-19T00:00:00Z"'),
        Case("no patches for months", "cluster.maintenance_exclusions",
             {"q": {"start": "2027-01-01T00:00:00Z", "end": "2027-03-01T00:00:00Z", "scope": "NO_UPGRADES"}},
             "NO_MINOR_OR_NODE_UPGRADES", at="cluster.maintenance_exclusions.q.end", shown='"2027-03-01T00:00:00Z"'),
        Case("private key", "admission.public_keys", {"1": "-----BEGIN PRIVATE KEY-----"}, "get-public-key",
             at="admission.public_keys.1", shown='"-----BEGIN PRIVATE KEY-----"'),
        Case("too few versions to go back to", "registry.keep_versions", 1, "5 to 1000"),
        Case("backups too seldom", "backup.rpo_minutes", 2880, "60 to 1440"),
        Case("more backups than a plan keeps", "backup", {"rpo_minutes": 60, "days": 16}, "at most 15",
             at="backup.days", shown="16"),
        Case("lock outlives the backup", "backup", {"days": 10, "locked_days": 11}, "lower it",
             at="backup.locked_days", shown="11"),
        Case("rehearsal's name too long", "backup.rehearsal_namespace", "n" * 54, "shorter"),
        Case("tier of another edition", "database.tier",
             {"standby": "db-perf-optimized-N-2", "active": "db-custom-4-15360"}, "db-perf-optimized-N-4",
             at="database.tier.active", shown='"db-custom-4-15360"'),
        Case("tier without a promise", "database.tier",
             {"standby": "db-f1-micro", "active": "db-perf-optimized-N-4"}, "db-perf-optimized-N-4",
             at="database.tier.standby", shown='"db-f1-micro"'),
        Case("logs of another edition", "database", {
            "edition": "ENTERPRISE", "log_days": 8,
            "tier": {"standby": "db-custom-1-3840", "active": "db-custom-2-7680"},
        }, "use 1 to 7", at="database.log_days", shown="8"),
        Case("logs older than backups", "database", {"backup_days": 7, "log_days": 8}, "raise backup_days",
             at="database.log_days", shown="8"),
        Case("minor database version", "database.version", "17.2", 'such as "17"'),
        Case("window of AWS's form", "database.maintenance_window", "sun:10:00-sun:11:00", 'such as "sun:09:00"'),
        Case("person as administrator", "database.administrators", ["Ada"], "the address of a Google group",
             at="database.administrators[0]", shown='"Ada"'),
        Case("no day of the year", "database.quiet_period", {"first": "13-01", "last": "01-05"}, 'such as "11-15"',
             at="database.quiet_period.first", shown='"13-01"'),
        Case("a day of no year", "database.quiet_period", {"first": "02-30", "last": "03-10"}, 'such as "11-15"',
             at="database.quiet_period.first", shown='"02-30"'),
        Case("half a year without patches", "database.quiet_period", {"first": "11-15", "last": "04-30"}, "1 to 89",
             at="database.quiet_period.last", shown='"04-30"'),
        Case("a quiet period without a day", "database.quiet_period", {"first": "11-15", "last": "11-15"}, "1 to 89",
             at="database.quiet_period.last", shown='"11-15"'),
        Case("cluster in another region", "key_value_store.zones", ["us-central1-b", "us-west1-b"],
             "name zones of us-central1",
             at="key_value_store.zones[1]", shown='"us-west1-b"'),
        Case("two clusters in a zone", "key_value_store.zones", ["us-central1-b", "us-central1-b"], "name another zone",
             at="key_value_store.zones[1]", shown='"us-central1-b"'),
        Case("nodes beyond scaling", "key_value_store.nodes",
             {"standby": {"minimum": 1, "maximum": 5}, "active": {"minimum": 3, "maximum": 31}}, "use 3 to 30",
             at="key_value_store.nodes.active.maximum", shown="31"),
        Case("forgetful of deletions", "key_value_store.tombstone_days", 7, "use 32 to 365"),
        Case("unquoted cache version", "cache.version", 8.0, "in quotes"),
        Case("cache without replica", "cache.replicas", 0, "use 1 to 2"),
        Case("node without a promise", "cache.node_type", "SHARED_CORE_NANO", "HIGHMEM_MEDIUM"),
        Case(
            "a broker without a vCPU", "stream.vcpus", {"standby": 2, "active": 6}, "3 to 45",
            at="stream.vcpus.standby", shown="2",
        ),
        Case(
            "brokers that would stay for good", "stream.vcpus", {"standby": 3, "active": 60}, "3 to 45",
            at="stream.vcpus.active", shown="60",
        ),
        Case("too much memory", "stream.memory_gib_per_vcpu", 9, "1 to 8"),
        Case("reader with no time", "messaging.ack_deadline_seconds", 5, "10 to 600"),
        Case("too few deliveries", "messaging.delivery_attempts", 3, "5 to 100"),
        Case(
            "waits that shrink", "messaging", {"minimum_backoff_seconds": 300, "maximum_backoff_seconds": 60},
            "raise it", at="messaging.maximum_backoff_seconds", shown="60",
        ),
        Case("dead letters kept too long", "messaging.dead_letter_days", 32, "7 to 31"),
        Case("no undoing of deletions", "storage.soft_delete_days", 0, "7 to 90"),
        Case(
            "expiry before the retention ends", "storage", {"retention_days": 90, "backup_days": 60},
            "raise backup_days", at="storage.backup_days", shown="60",
        ),
        Case("retention that is neither", "storage.retention", "COMPLIANCE", "'unlocked' or 'locked'"),
        Case(
            "a reminder without a time zone", "secret_store.first_reminder", "2027-01-04T09:00:00",
            "in UTC and in quotes",
        ),
        Case("destruction at once", "secret_store.destruction_days", 0, "1 to 1000"),
    ],
    "Pulumi.interconnect.yaml": [
        Case("unknown link", "kind", "bridge", "'vpn', 'partner' or 'dedicated'"),
        Case(
            "more changes than a tunnel carries", "link", {"change_rate_mbps": 700}, "more bandwidth",
            at="kind", shown='"vpn"',
        ),
        Case(
            "more changes than Google's end carries", "link",
            {"change_rate_mbps": 2000, "vpn": {"tunnel_bandwidth": "large"}}, "more bandwidth",
            at="kind", shown='"vpn"',
        ),
        Case("nothing to catch up with", "link.headroom", 1.0, "1.5 to 10.0"),
        Case(
            "circuits through one domain", "link.dedicated", {"circuits": [CIRCUIT]},
            "half of them in -zone1-", at="link.dedicated.circuits", shown=json.dumps([CIRCUIT]),
        ),
        Case("circuits nowhere", "kind", "dedicated", "name two or four"),
        Case(
            "a facility without a domain", "link.dedicated", {"circuits": [{**CIRCUIT, "google_location": "pdx-1922"}]},
            "such as pdx-zone1-1922", at="link.dedicated.circuits[0].google_location", shown='"pdx-1922"',
        ),
        Case("writer by a tag", "writer.image_digest", "latest", "sha256: and 64 hexadecimal digits"),
        Case(
            "writers that shrink", "writer", {"image_digest": f"sha256:{'0' * 64}", "maximum_instances": 1},
            "use 2 or more", at="writer.maximum_instances", shown="1",
        ),
        Case(
            "two certificates where one is expected", "row_replication.source_ca", f"{CERTIFICATE}\n{CERTIFICATE}",
            "from its BEGIN line to its END line", shown=show_value(f"{CERTIFICATE}\n{CERTIFICATE}"),
        ),
        Case("certificate that is none", "row_replication.source_ca", "us-west-2-bundle.pem", "in PEM form"),
        Case("job in a state of its own", "row_replication.state", "PAUSED", "'NOT_STARTED' or 'RUNNING'"),
        Case("another parallelism", "row_replication.dump_parallelism", "HIGH", "'MIN', 'OPTIMAL' or 'MAX'"),
        Case(
            "a producer twice", "row_replication.producer_projects", ["dms-tenant-1", "dms-tenant-1"], "repetition",
            at="row_replication.producer_projects[1]", shown='"dms-tenant-1"',
        ),
        Case("writer without memory", "writer.memory_mib", 256, "512 to 32768"),
        Case("a comparison item by item", "table_replication.scan_items_per_second", 1, "10 to 100000"),
        Case("changes kept for a day", "table_replication.stream_hours", 24, "72 to 672"),
        Case("changes kept too long", "table_replication.backlog_days", 32, "3 to 31"),
        Case(
            "changes kept longer than deletions are remembered", "table_replication",
            {"stream_hours": 600, "backlog_days": 7},
            "use 6 or less", at="table_replication.backlog_days", shown="7",
        ),
        Case(
            "pushes that come faster", "table_replication",
            {"minimum_backoff_seconds": 300, "maximum_backoff_seconds": 60},
            "raise it", at="table_replication.maximum_backoff_seconds", shown="60",
        ),
        Case(
            "transfers by an address", "object_replication.transfer_subject", "project-1@example.com", "subjectId"
        ),
        Case("a stream by another way", "stream_replication.kind", "copy", "'mirror'"),
        Case("workers without a vCPU each", "stream_replication.vcpus", 2, "3 to 45"),
        Case("workers with too much memory", "stream_replication.memory_gib_per_vcpu", 9, "1 to 8"),
        Case("no task for records", "stream_replication.tasks", 0, "1 to 100"),
        Case("no generation", "stream_replication.generation", 0, "1 to 999"),
        Case("the newest login", "stream_replication.login_version", "latest", "digits only"),
        Case("a login for ever", "stream_replication.login_rotation_days", 366, "1 to 365"),
        Case("a first reminder on no day", "stream_replication.secret_store.first_reminder", "2027-01-04", "in UTC"),
        Case("imports kept for a day", "stream_replication.import_days", 1, "3 to 31"),
        Case("warmer by a tag", "cache_warming.image_digest", "latest", "sha256: and 64 hexadecimal digits"),
        Case("runs at odd times", "cache_warming.period_minutes", 7, "5, 10, 15, 20, 30, 60"),
        Case(
            "runs that overlap", "cache_warming", {"image_digest": f"sha256:{'0' * 64}", "timeout_minutes": 15},
            "use less than 15", at="cache_warming.timeout_minutes", shown="15",
        ),
        Case(
            "alarm that knows no late run", "cache_warming", {"image_digest": f"sha256:{'0' * 64}", "rpo": 59},
            "use 60 or more", at="cache_warming.rpo", shown="59",
        ),
        Case(
            "values that do not fit", "cache_warming", {"image_digest": f"sha256:{'0' * 64}", "largest_mib": 128},
            "use 3328 or more", at="cache_warming.memory_mib", shown="2048",
        ),
        Case("rounds of secrets rarer than their promise", "secret_replication.refresh_minutes", 11,
             "refresh every 10 minutes"),
        Case("rounds of secrets without a pause", "secret_replication.refresh_minutes", 0, "1 to 1440"),
        Case("news of objects kept too long", "object_replication.event_days", 15, "3 to 14"),
        Case("images compared too often", "image_replication.interval_minutes", 1, "5 to 360"),
        Case("copies that outlive their token", "image_replication.timeout_minutes", 60, "5 to 55"),
        Case("images older than an alarm can see", "image_replication.rpo", 1441, "16 to 1440"),
        Case("images promised sooner than they are compared", "image_replication.rpo", 55, "more than 55"),
        Case("pushes that wait for a comparison", "image_replication.concurrent_builds", 1, "2 to 20"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("file", "case"),
    [pytest.param(file, case, id=f"{file}: {case.title}") for file, cases in CASES.items() for case in cases],
)
def test_is_refused_by_file_key_value_and_remedy(file, case, project, monkeypatch):
    stack = "prod" if file == "Pulumi.yaml" else file.split(".")[1]
    changed = project(stack)
    changed.encrypted += case.encrypted
    if case.value is REMOVED:
        changed.remove(case.path)
    else:
        changed.set(case.path, case.value)
    with pytest.raises(SettingsError) as refused:
        changed.load(monkeypatch)
    (problem,) = refused.value.problems
    at = case.at or case.path
    assert problem.file == file
    assert problem.key == (at if ":" in at else f"multicloud:{at}")
    assert problem.value == (case.shown or json.dumps(case.value))
    assert case.remedy in problem.remedy
    assert problem.consequence
    assert "hidden" not in str(refused.value)
