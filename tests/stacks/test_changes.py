"""No change of a setting deletes or replaces what holds data: it is updated in place, or Pulumi refuses first.

Each setting of a stack is changed, and its stack updated in simulation: numbers and texts some at a time, since none
hides what another one does, all else by itself. What the first deployment
fixes is marked so in the settings, and so in the schema.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from multiprocessing import get_context
from typing import Any, Literal, TypeGuard, get_args, get_origin

import pytest
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from analysis.replacements import STATEFUL, Loss
from preview.graph import Graph
from settings.shared import Shared
from settings.stacks import STACKS
from settings.types import FIXED, Model
from tests.stacks.variants import READ, Changes, changed, changes_beside, load, lost, shipped

pytestmark = pytest.mark.long

AT_ONCE = 12
"""Settings that one update changes."""

ROLE = "arn:aws:iam::111122223333:role"

CIRCUITS = [
    {
        "google_location": f"pdx-zone{domain}-1922",
        "remote_location": f"aws-eqse{domain}",
        "aws_location": f"EqSe{domain}",
        "vlan": 100,
    }
    for domain in (1, 2)
]

PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----\nMFkwEwYH\n-----END PUBLIC KEY-----\n"

ARTIFACTS = ["bigtable-writer", "bundles/shared", "cache-warmer", "charts/service", "failover", "podinfo"]

PGP_KEY = "A" * 200

EXPERIMENT = {
    "hypothesis": "The api-gateway answers as before while one pod is gone.",
    "slo": {"workload": "api-gateway", "promise": "availability"},
    "abort_burn_rate": 10,
    "target": "api-gateway",
    "fault": "pod-kill",
    "max_pods_percent": 50,
    "starts": "tue:10:00",
    "duration_minutes": 10,
}

CERTIFICATE = "\n".join(["-----BEGIN CERTIFICATE-----", *["B" * 64] * 5, "-----END CERTIFICATE-----", ""])

# Other values of settings for which no rule finds one, by the stack whose file holds them and by path (`*` is any
# name), each with what must change beside it. A stack's row goes before a shared one.
OTHERS: Mapping[str, Mapping[str, Sequence[Changes]]] = {
    "shared": {
        "regions.gcp": [{"regions.gcp": "us-east1"}],
        "front_door.rate_limits.*.path_prefix": [{"front_door.rate_limits.everything.path_prefix": "/login"}],
        "front_door.delegation_ds": [{"front_door.delegation_ds": f"12345 13 2 {'0' * 64}"}],
        "front_door.security_contact": [{"front_door.security_contact": "security@example.com"}],
        "regions.gcp_second": [{"regions.gcp_second": "us-east4"}],
        "failover.image_digest": [{"failover.image_digest": f"sha256:{'ab' * 32}"}],
        "failover.operators": [{"failover.operators": ["group:oncall@example.com"]}],
        "failover.rehearsal_schedule": [{"failover.rehearsal_schedule": "0 9 * * 4"}],
        "accounts.gcp_project": [{"accounts.gcp_project": "another-standby"}],
        "accounts.gcp_project_number": [{"accounts.gcp_project_number": "234567890123"}],
        "accounts.aws": [{"accounts.aws": "222233334444"}],
        "app_secrets": [
            {
                "app_secrets": {"renamed": {}},
                "workloads.auth.uses.secrets": [],
                "workloads.core.uses.secrets": [],
            }
        ],
        "tables": [
            {
                "tables": {"renamed": {"hash_key": "id", "attributes": {"id": "S"}}},
                "workloads.auth.uses.tables": {},
                "workloads.core.uses.tables": {},
            }
        ],
        "topics": [
            {
                "topics": {"renamed": {}},
                "workloads.auth.uses.topics": {},
                "workloads.core.uses.topics": {},
                "workloads.auxiliary.uses.topics": {},
            }
        ],
        "workloads.*.image": [{"workloads.api-gateway.image": "cache-warmer"}],
        "workloads.*.digest": [{"workloads.api-gateway.digest": f"sha256:{'2' * 64}"}],
        "workloads.*.metrics_port": [{"workloads.api-gateway.metrics_port": 9797}],
        "workloads.*.environment": [{"workloads.api-gateway.environment": {"LOG_LEVEL": "debug"}}],
        "workloads.*.uses.tables": [{"workloads.api-gateway.uses.tables": {"sessions": "read"}}],
        "workloads.*.uses.topics": [{"workloads.api-gateway.uses.topics": {"domain-events": "publish"}}],
        "workloads.*.uses.buckets": [{"workloads.api-gateway.uses.buckets": {"assets": "read"}}],
        "workloads.*.uses.secrets": [{"workloads.api-gateway.uses.secrets": ["session-signing"]}],
        "workloads.*.uses.vault": [{"workloads.api-gateway.uses.vault": ["partner-token"]}],
        "platform.admission.signing_keys": [{"platform.admission.signing_keys": {"ci": PUBLIC_KEY}}],
        "platform.certificates.contact": [{"platform.certificates.contact": "certificates@example.com"}],
        "platform.chaos.enabled": [{"platform.chaos.enabled": True, "platform.chaos.window": "tue:09:00-tue:12:00"}],
        "platform.chaos.experiments": [
            {
                "platform.chaos.enabled": True,
                "platform.chaos.window": "tue:09:00-tue:12:00",
                "platform.chaos.experiments": {"one-pod-less": EXPERIMENT},
            }
        ],
        "platform.chaos.window": [{"platform.chaos.window": "tue:09:00-tue:12:00"}],
        "platform.dast.schedule": [{"platform.dast.schedule": "30 4 * * 1"}],
        "platform.dast.target": [{"platform.dast.target": "https://preview.example.com"}],
        "platform.nodes.image": [{"platform.nodes.image": "v1.62.0"}],
        "platform.nodes.pools.*.architectures": [{"platform.nodes.pools.general.architectures": ["amd64", "arm64"]}],
        "platform.nodes.pools.*.capacity": [{"platform.nodes.pools.general.capacity": ["spot", "on-demand"]}],
        "platform.nodes.pools.*.labels": [{"platform.nodes.pools.general.labels": {"tier": "general"}}],
        "platform.nodes.pools.*.quiet_hours": [
            {"platform.nodes.pools.general.quiet_hours": hours} for hours in ("08:00-20:00", None)
        ],
        "platform.nodes.pools.*.taints": [{"platform.nodes.pools.general.taints": {"dedicated": "NoSchedule"}}],
        "platform.objectives.workloads": [
            {"platform.objectives.workloads": {"core": {"availability": {"target_percent": 99.95}}}}
        ],
        "platform.observability.sign_on": [
            {
                "platform.observability.sign_on": {
                    "issuer": "https://login.example.com",
                    "authorize_url": "https://login.example.com/oauth2/authorize",
                    "token_url": "https://login.example.com/oauth2/token",
                    "userinfo_url": "https://login.example.com/oauth2/userinfo",
                    "grafana_client_id": "grafana",
                    "grafana_url": "https://grafana.example.com",
                    "kiali_client_id": "kiali",
                    "kiali_url": "https://kiali.example.com",
                }
            }
        ],
        "platform.sonarqube.database_ca": [{"platform.sonarqube.database_ca": CERTIFICATE}],
        "platform.vault.copy_minutes": [{"platform.vault.copy_minutes": 10, "platform.vault.copy_rpo": 60}],
        "platform.vault.recovery_pgp_keys": [
            {"platform.vault.recovery_pgp_keys": [f"{PGP_KEY}{holder}" for holder in range(5)]}
        ],
        "platform.delivery.bundle": [
            {"platform.delivery.bundle": "bundles/another", "artifacts": [*ARTIFACTS, "bundles/another"]}
        ],
        "platform.delivery.bundle_digest": [{"platform.delivery.bundle_digest": f"sha256:{'0' * 64}"}],
        "platform.delivery.chart": [
            {"platform.delivery.chart": "charts/another", "artifacts": [*ARTIFACTS, "charts/another"]}
        ],
        "platform.delivery.chart_digest": [{"platform.delivery.chart_digest": f"sha256:{'1' * 64}"}],
        "platform.delivery.sso": [
            {
                "platform.delivery.sso": {
                    "issuer": "https://login.example.com",
                    "client_id": "argocd",
                    "client_secret": "session-signing",
                }
            }
        ],
        "platform.delivery.sync_windows": [
            {"platform.delivery.sync_windows": [{"schedule": "0 18 * * fri", "hours": 60}]}
        ],
        "addresses.supernet": [{"addresses.supernet": "10.128.0.0/12"}],
        "addresses.asns.aws": [{"addresses.asns.aws": 64514}],
        "tables.*.attributes": [{"tables.sessions.attributes": {"session_id": "S", "user_id": "N"}}],
        "tables.*.hash_key": [
            {"tables.sessions.hash_key": "id", "tables.sessions.attributes": {"id": "S", "user_id": "S"}},
        ],
        "tables.*.indexes": [{"tables.sessions.indexes": {}, "tables.sessions.attributes": {"session_id": "S"}}],
        "tables.*.indexes.*.hash_key": [
            {
                "tables.sessions.indexes.by-user.hash_key": "device_id",
                "tables.sessions.attributes": {"session_id": "S", "device_id": "S"},
            }
        ],
        "tables.*.indexes.*.range_key": [{"tables.sessions.indexes.by-user.range_key": "session_id"}],
        "tables.*.range_key": [{"tables.sessions.range_key": "user_id"}],
        "tables.*.ttl_attribute": [{"tables.sessions.ttl_attribute": None}],
    },
    "prod": {
        "buckets": [
            {
                "buckets": {"renamed": {"data_class": "confidential"}},
                "workloads.core.uses.buckets": {},
                "workloads.auxiliary.uses.buckets": {},
            }
        ],
        "regions.aws": [
            {"regions.aws": "us-east-1", "network.zones": ["us-east-1a", "us-east-1b", "us-east-1c"]},
        ],
        "cluster.administrators": [{"cluster.administrators": [f"{ROLE}/another-administrator"]}],
        "cluster.api_allowed_cidrs": [{"cluster.api_allowed_cidrs": ["203.0.113.0/28"]}],
        "cluster.node_groups.*.architecture": [
            {
                "cluster.node_groups.system.architecture": "x86_64",
                "cluster.node_groups.system.instance_types": ["m7i.large"],
            }
        ],
        "cluster.node_groups.*.instance_types": [{"cluster.node_groups.system.instance_types": ["m8g.xlarge"]}],
        "cluster.node_groups.*.labels": [{"cluster.node_groups.system.labels": {"tier": "system"}}],
        "cluster.version": [{"cluster.version": "1.36"}],
        "cluster.viewers": [{"cluster.viewers": [f"{ROLE}/viewer"]}],
        "database.backup_window": [{"database.backup_window": "06:00-07:00"}],
        "database.instance_class": [{"database.instance_class": "db.r8g.2xlarge"}],
        "database.maintenance_window": [{"database.maintenance_window": "sat:10:00-sat:11:00"}],
        "database.version": [{"database.version": "18"}],
        "key_value_store.replica_regions": [
            {"key_value_store.replica_regions": regions} for regions in ([], ["us-east-1"], ["us-east-2", "us-east-1"])
        ],
        "network.zones": [
            {"network.zones": [f"us-west-2{letter}" for letter in letters]} for letters in ("abd", "bac", "abcd")
        ],
        "stream.instance_type": [{"stream.instance_type": "kafka.m7g.xlarge"}],
        "stream.version": [{"stream.version": "4.0.x.kraft"}],
        "backup.days": [{"backup.days": {"internal": 14, "confidential": 35, "restricted": 365}}],
        "backup.restore_test_schedule": [{"backup.restore_test_schedule": "cron(0 9 2 * ? *)"}],
        "backup.schedule": [{"backup.schedule": "cron(0 6 ? * * *)"}],
        "cache.maintenance_window": [{"cache.maintenance_window": "sat:08:00-sat:09:00"}],
        "cache.snapshot_window": [{"cache.snapshot_window": "04:00-05:00"}],
        "cache.version": [{"cache.version": "8.0"}, {"cache.version": "8.2"}],
        "registry.replica_region": [{"registry.replica_region": region} for region in ("us-east-1", None)],
        "search.instance_type": [{"search.instance_type": "r7g.xlarge.search"}],
        "search.instances": [{"search.instances": 6}],
        "search.master_type": [{"search.master_type": "m7g.xlarge.search"}],
        "search.version": [{"search.version": "OpenSearch_3.1"}],
        "edge.cloudfront_source": [{"edge.cloudfront_source": "pl-93a34ce5"}],
        "edge.firewall.counted_rules": [
            {"edge.firewall.counted_rules": {"core": ["SizeRestrictions_BODY"]}},
        ],
        "edge.origin_shield": [{"edge.origin_shield": "us-west-2"}],
        "edge.partners.allowed_cidrs": [
            {"edge.partners.kind": "allow_list", "edge.partners.allowed_cidrs": ["203.0.113.0/28"]},
        ],
        "edge.partners.allowed_principals": [
            {
                "edge.partners.kind": "private_link",
                "edge.partners.allowed_principals": ["arn:aws:iam::222233334444:root"],
            },
        ],
        "edge.partners.kind": [
            {"edge.partners.kind": "allow_list", "edge.partners.allowed_cidrs": ["198.51.100.0/28"]},
        ],
        "observability.canary": [{"observability.canary": {"artifact_bucket": "canary-artifacts"}}],
        "receivers": [{"receivers": {"pagerduty": {}}, "pagerduty_url": {"secure": "AAAA"}}],
        "runner.apply_role": [{"runner.repository": "example-org/platform", "runner.apply_role": f"{ROLE}/deployer"}],
        "runner.connected": [{"runner.repository": "example-org/platform", "runner.connected": True}],
        "runner.repository": [{"runner.repository": "example-org/platform"}],
        "security.external": [{"security.external": ["cloudtrail", "config"]}],
    },
    "dr": {
        "buckets": [
            {
                "buckets": {"renamed": {"data_class": "confidential"}},
                "workloads.core.uses.buckets": {},
                "workloads.auxiliary.uses.buckets": {},
                "edge.signed_bucket": None,
            }
        ],
        "edge.firewall.counted_rules": [
            {"edge.firewall.counted_rules": {"sql_injection": ["owasp-crs-v042200-id942100-sqli"]}}
        ],
        "edge.partners.allowed_cidrs": [
            {"edge.partners.kind": "allow_list", "edge.partners.allowed_cidrs": ["203.0.113.0/28"]},
        ],
        "edge.partners.allowed_projects": [
            {"edge.partners.kind": "private_link", "edge.partners.allowed_projects": ["sample-partner"]},
        ],
        "edge.partners.kind": [
            {"edge.partners.kind": "allow_list", "edge.partners.allowed_cidrs": ["198.51.100.0/28"]},
        ],
        "edge.signed_bucket": [{"edge.signed_bucket": None}],
        "observability.logs.exclusions": [{"observability.logs.exclusions": {"probes": 'textPayload:"healthz"'}}],
        "observability.uptime.content": [{"observability.uptime.content": "ok"}],
        "observability.uptime.regions": [{"observability.uptime.regions": ["USA"]}],
        "admission.attesters": [{"admission.attesters": ["serviceAccount:ci@example-standby.iam.gserviceaccount.com"]}],
        "admission.public_keys": [{"admission.public_keys": {"1": PUBLIC_KEY}}],
        "cluster.administrators": [{"cluster.administrators": ["group:platform@example.com"]}],
        "cluster.groups_domain": [{"cluster.groups_domain": "example.com"}],
        "cluster.maintenance.days": [{"cluster.maintenance.days": ["mon", "thu"]}],
        "cluster.maintenance.start": [{"cluster.maintenance.start": "21:30"}],
        "cluster.maintenance_exclusions": [
            {
                "cluster.maintenance_exclusions": {
                    "year-end": {"start": "2027-11-20T00:00:00Z", "end": "2028-01-05T00:00:00Z"}
                }
            }
        ],
        "cluster.viewers": [{"cluster.viewers": ["group:developers@example.com"]}],
        "receivers": [{"receivers": {"pagerduty": {}}, "pagerduty_service_key": {"secure": "AAAA"}}],
        "security.contacts": [{"security.contacts": ["security@example.com"]}],
        "security.issuers": [{"security.issuers": ["https://oidc.example.com"]}],
        "security.external": [{"security.external": ["default-accounts", "guards"]}],
        "regions.gcp": [{"regions.gcp": "us-east1", "key_value_store.zones": ["us-east1-b", "us-east1-c"]}],
        "cache.maintenance_window": [{"cache.maintenance_window": "sat:08:00"}],
        "cache.version": [{"cache.version": "9.0"}],
        "database.administrators": [{"database.administrators": ["database-administrators@example.com"]}],
        "database.edition": [
            {
                "database.edition": "ENTERPRISE",
                "database.tier": {"standby": "db-custom-2-7680", "active": "db-custom-8-30720"},
                "database.log_days": 7,
            }
        ],
        "database.maintenance_window": [{"database.maintenance_window": "sat:10:00"}],
        "database.quiet_period": [{"database.quiet_period": {"first": "11-15", "last": "01-05"}}],
        "database.tier.active": [{"database.tier.active": "db-perf-optimized-N-16"}],
        "database.tier.standby": [{"database.tier.standby": "db-perf-optimized-N-4"}],
        "database.version": [{"database.version": "18"}],
        "key_value_store.zones": [
            {"key_value_store.zones": [f"us-central1-{letter}" for letter in letters]} for letters in ("cb", "bf")
        ],
        "secret_store.first_reminder": [{"secret_store.first_reminder": "2028-01-03T09:00:00Z"}],
    },
    "interconnect": {
        "artifacts": [{"artifacts": [*ARTIFACTS, "another"]}],
        "regions.aws": [
            {"regions.aws": "us-east-1", "prod:network.zones": ["us-east-1a", "us-east-1b", "us-east-1c"]},
        ],
        "regions.gcp": [{"regions.gcp": "us-east1", "dr:key_value_store.zones": ["us-east1-b", "us-east1-c"]}],
        "buckets": [
            {
                "buckets": {"renamed": {"data_class": "confidential"}},
                "workloads.core.uses.buckets": {},
                "workloads.auxiliary.uses.buckets": {},
                "dr:edge.signed_bucket": None,
            }
        ],
        "kind": [{"kind": "partner"}, {"kind": "dedicated", "link.dedicated.circuits": CIRCUITS}],
        "link.dedicated.circuits": [{"link.dedicated.circuits": CIRCUITS}],
        "object_replication.transfer_subject": [{"object_replication.transfer_subject": "112233445566778899001"}],
        "writer.image_digest": [{"writer.image_digest": f"sha256:{'ab' * 32}"}],
        "cache_warming.image_digest": [{"cache_warming.image_digest": f"sha256:{'ab' * 32}"}],
        "cache_warming.period_minutes": [{"cache_warming.period_minutes": 60, "cache_warming.rpo": 180}],
        "row_replication.producer_projects": [{"row_replication.producer_projects": ["producer-project"]}],
        "row_replication.source_ca": [{"row_replication.source_ca": CERTIFICATE}],
        "stream_replication.secret_store.first_reminder": [
            {"stream_replication.secret_store.first_reminder": "2028-01-03T09:00:00Z"}
        ],
        "receivers": [
            {
                "receivers": {"pagerduty": {}},
                "prod:pagerduty_url": {"secure": "AAAA"},
                "dr:pagerduty_service_key": {"secure": "AAAA"},
            }
        ],
    },
}


@dataclass(frozen=True, eq=False)
class Setting:
    """A setting that can be changed by itself: a value, or the names of a mapping of objects."""

    stack: str
    path: str
    """The path of one value; below a mapping, of its first name's."""

    pattern: str
    """The same with `*` for the name."""

    field: FieldInfo
    value: Any
    names: bool = False

    @property
    def key(self) -> str:
        """The pattern, after the stack's name if the setting is the stack's own."""
        shared = self.pattern.partition(".")[0] in Shared.model_fields
        return self.pattern if shared else f"{self.stack}: {self.pattern}"

    @property
    def others(self) -> Sequence[Changes] | None:
        """The rows of OTHERS for it."""
        return next(
            (OTHERS[file][self.pattern] for file in (self.stack, "shared") if self.pattern in OTHERS[file]), None
        )

    @property
    def fixed(self) -> bool:
        """Whether it is marked as fixed."""
        if self.names:
            return any(FIXED in get_args(key) for key in get_args(self.field.annotation)[:1])
        return FIXED in self.field.metadata

    @cached_property
    def changes(self) -> list[Changes]:
        """A change of it alone that the settings' checks let pass, or OTHERS' rows; none if OTHERS lacks one."""
        if self.others is not None:
            return list(self.others)
        found = ({self.path: value} for value in self._candidates())
        return list(islice((changes for changes in found if accepted(self.stack, changes)), 1))

    @property
    def turns_nothing_off(self) -> bool:
        """Whether it is a number or a text, of which none hides what another one does."""
        return not (self.fixed or self.names or self.others) and type(self.value) in (int, float, str)

    def _candidates(self) -> Iterator[Any]:
        """Other values, the most telling first: what replaces when a number differs does so when it is less as well,
        and what there is less of is gone.
        """
        match self.value:
            case dict() if self.names:
                first, *rest = self.value.items()
                yield {"renamed": first[1], **dict(rest)}
            case bool():
                yield not self.value
            case int() | float():
                offered = sorted(set(self._enum()) - {self.value})
                yield from offered or (self.value - 1, self.value + 1)
            case str():
                yield from [other for other in self._enum() if other != self.value][:1] or [f"{self.value}x"]
            case dict() | list() if self.value:
                yield self.value[1:] if isinstance(self.value, list) else {}

    def _enum(self) -> Sequence[Any]:
        if get_origin(self.field.annotation) is Literal:
            return get_args(self.field.annotation)
        listed = self.field.json_schema_extra.get("enum") if isinstance(self.field.json_schema_extra, dict) else None
        return listed if isinstance(listed, list) else ()


def settings_of(
    stack: str, model: type[Model], value: Mapping[str, Any], path: str = "", pattern: str = ""
) -> Iterator[Setting]:
    """Every setting of a tree of models that can have another value.

    Of a mapping of objects its names, and the settings of its first object.
    """
    for name, field in model.model_fields.items():
        at, shown = f"{path}{name}", f"{pattern}{name}"
        annotation, found = field.annotation, value[name]
        arguments = get_args(annotation)
        if is_model(annotation):
            yield from settings_of(stack, annotation, found, f"{at}.", f"{shown}.")
        elif get_origin(annotation) is Mapping and is_model(arguments[1]) and found:
            yield Setting(stack, at, shown, field, found, names=True)
            first = next(iter(found))
            yield from settings_of(stack, arguments[1], found[first], f"{at}.{first}.", f"{shown}.*.")
        elif get_origin(annotation) is not Literal or len(arguments) > 1:
            yield Setting(stack, at, shown, field, found)


def is_model(annotation: Any) -> TypeGuard[type[Model]]:
    return isinstance(annotation, type) and issubclass(annotation, Model)


def accepted(stack: str, changes: Changes) -> bool:
    try:
        load(stack, changed(stack, changes))
        for read in READ.get(stack, ()):
            load(read, changed(read, changes_beside(read, changes)))
    except ValidationError:
        return False
    return True


SETTINGS = tuple(
    setting
    for stack, model in STACKS.items()
    for setting in settings_of(stack, model, load(stack, shipped(stack)).model_dump(mode="json"))
)


@pytest.fixture(scope="module")
def losses() -> dict[Setting, list[Loss]]:
    """What the changes of each setting delete or replace."""
    wanted: dict[str, list[Setting]] = {}
    for setting in SETTINGS:
        for changes in setting.changes:
            wanted.setdefault(json.dumps(changes), []).append(setting)
    shared: dict[tuple[str, ...], list[str]] = {}
    """What is changed at once, by stacks."""
    updates: list[tuple[tuple[str, ...], list[str]]] = []
    for changes, settings in wanted.items():
        stacks = tuple(setting.stack for setting in settings)
        if all(setting.turns_nothing_off for setting in settings):
            shared.setdefault(stacks, []).append(changes)
        else:
            updates.append((stacks, [changes]))
    for stacks, several in shared.items():
        updates += [(stacks, several[start : start + AT_ONCE]) for start in range(0, len(several), AT_ONCE)]
    found: dict[Setting, list[Loss]] = {setting: [] for setting in SETTINGS}
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        answers = workers.map(
            lost, *zip(*((stacks, [*map(json.loads, some)]) for stacks, some in updates), strict=True)
        )
        for (_, several), answer in zip(updates, answers, strict=True):
            for changes, by_stack in zip(several, answer, strict=True):
                for setting, lost_by_it in zip(wanted[changes], by_stack, strict=True):
                    found[setting] += lost_by_it
    return found


def test_every_setting_has_another_value() -> None:
    lacking = [setting.key for setting in SETTINGS if not setting.changes]
    assert not lacking, "add rows to OTHERS"
    known = {(file, setting.pattern) for setting in SETTINGS for file in (setting.stack, "shared")}
    assert not {(file, pattern) for file, rows in OTHERS.items() for pattern in rows} - known


def test_no_change_of_a_setting_loses_what_is_not_protected(losses: dict[Setting, list[Loss]]) -> None:
    unprotected = {
        (setting.key, loss.urn, loss.because) for setting, lost in losses.items() for loss in lost if not loss.protected
    }
    assert not unprotected


def test_settings_that_replace_state_are_marked_as_fixed_and_no_others(losses: dict[Setting, list[Loss]]) -> None:
    # To rename an object is to delete it and to make another.
    replacing = {setting.key for setting, lost in losses.items() if any(loss.because or setting.names for loss in lost)}
    assert {setting.key for setting in SETTINGS if setting.fixed} == replacing, "see Fixed in settings/types.py"


@pytest.mark.parametrize("stack", STACKS)
def test_every_protected_type_has_its_replacing_inputs(stack: str, graphs: dict[str, Graph]) -> None:
    assert {node.type for node in graphs[stack].nodes.values() if node.protected} <= STATEFUL.keys()
