"""What the chart of a workload is given."""

from dataclasses import replace

import pytest

from components.kubernetes.workload_values import Identity, Region, values, writes
from settings.workloads import ResourceSettings, UseSettings, WorkloadSettings

DIGEST = f"sha256:{'1' * 64}"
REGION = Region(
    role="primary",
    mode="active",
    name="us-west-2",
    environment={"CLOUD": "aws"},
    repositories={"podinfo": "registry.example.com/podinfo"},
    secrets={"session-signing": "platform/session-signing"},
    database={"DATABASE_HOST": "database"},
    cache={"CACHE_ENDPOINT": "cache"},
    stream={"KAFKA_BOOTSTRAP": "kafka"},
    key_value={"TABLES_INSTANCE": "tables"},
    tables={"idempotency-keys": "platform-idempotency-keys"},
    buckets={"assets": "assets-1"},
    fence_url="https://storage.googleapis.com/switch/fence",
    fence_lease_seconds=300,
    rollouts=True,
)
IDENTITY = Identity("core", "core-user", {"example.com/as": "core"})


def workload(**given: object) -> WorkloadSettings:
    return WorkloadSettings.model_validate({"image": "podinfo", "digest": DIGEST, **given})


def told(uses: UseSettings, region: Region = REGION, **given: object) -> dict[str, object]:
    return values("core", workload(uses=uses, **given), region, IDENTITY)["environment"]


def test_pods_are_told_of_what_they_use_and_of_nothing_else() -> None:
    nothing = told(UseSettings())
    everything = told(
        UseSettings(
            database=True,
            cache=True,
            tables={"idempotency-keys": "read"},
            topics={"events": "consume"},
            buckets={"assets": "read"},
        )
    )

    assert {name for name in nothing if not name.startswith("OTEL_")} == {
        "CLOUD",
        "REGION",
        "REGION_MODE",
        "REGION_ROLE",
    }
    assert everything.items() - nothing.items() == {
        ("DATABASE_HOST", "database"),
        ("DATABASE_USER", "core-user"),
        ("CACHE_ENDPOINT", "cache"),
        ("KAFKA_BOOTSTRAP", "kafka"),
        ("TABLES_INSTANCE", "tables"),
        ("TABLE_IDEMPOTENCY_KEYS", "platform-idempotency-keys"),
        ("BUCKET_ASSETS", "assets-1"),
        ("FENCE_URL", "https://storage.googleapis.com/switch/fence"),
        ("FENCE_LEASE_SECONDS", "300"),
    }


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        (UseSettings(), False),
        (UseSettings(cache=True), False),
        (UseSettings(tables={"sessions": "read"}, topics={"events": "consume"}, buckets={"assets": "read"}), False),
        (UseSettings(database=True), True),
        (UseSettings(tables={"sessions": "write"}), True),
        (UseSettings(topics={"events": "publish"}), True),
        (UseSettings(topics={"events": "both"}), True),
        (UseSettings(buckets={"assets": "write"}), True),
    ],
)
def test_who_writes_what_both_regions_have_looks_at_the_fence(uses: UseSettings, expected: bool) -> None:
    assert writes(workload(uses=uses)) is expected
    assert ("FENCE_URL" in told(uses, replace(REGION, tables={"sessions": "sessions"}))) is expected


def test_settings_have_the_last_word_on_variables() -> None:
    assert told(UseSettings(), environment={"REGION": "here"})["REGION"] == "here"


def test_each_called_workload_is_known_by_its_address() -> None:
    assert told(UseSettings(), calls=("api-gateway",))["URL_API_GATEWAY"] == "http://api-gateway.api-gateway"


def test_a_canary_leads_only_where_rollouts_run() -> None:
    for canary, rollouts, expected in ((True, True, True), (False, True, False), (True, False, False)):
        given = values("core", workload(canary=canary), replace(REGION, rollouts=rollouts), IDENTITY)
        assert given["rollout"]["enabled"] is expected


def test_the_regions_role_sizes_it() -> None:
    sized = workload(resources=ResourceSettings(cpu_millicores=100, memory_mib=64))
    standby = values("core", sized, replace(REGION, mode="standby"), IDENTITY)

    assert standby["replicas"] == {"minimum": 1, "maximum": 2}
    assert values("core", sized, REGION, IDENTITY)["replicas"] == {"minimum": 3, "maximum": 12}
    assert standby["resources"] == {"cpuMillicores": 100, "memoryMib": 64}


def test_secrets_are_asked_for_by_the_clouds_names() -> None:
    given = values("core", workload(uses=UseSettings(secrets=("session-signing",))), REGION, IDENTITY)

    assert given["secrets"]["files"] == {"session-signing": "platform/session-signing"}
    assert given["secrets"]["vault"] == {"store": "vault-core", "files": {}}
    assert given["image"] == {"repository": "registry.example.com/podinfo", "digest": DIGEST}
    assert given["serviceAccount"]["annotations"] == {"example.com/as": "core"}


def test_secrets_of_vault_are_asked_for_below_the_workloads_name() -> None:
    given = values("core", workload(uses=UseSettings(vault=("partner-token",))), REGION, IDENTITY)

    assert given["secrets"]["vault"] == {"store": "vault-core", "files": {"partner-token": "core/partner-token"}}
