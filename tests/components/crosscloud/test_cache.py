"""Warming of the cache: a job that may read one cache and write another, and someone who may start it alone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from preview.graph import Graph, Node

PROGRAM = """
from components.crosscloud.cache import CacheWarming, Source, Target
from settings.replication import CacheWarmingSettings

CacheWarming(
    "cache",
    on_aws,
    on_gcp,
    CacheWarmingSettings(image_digest="sha256:" + "ab" * 32, period_minutes=20, timeout_minutes=9, rpo=75),
    fence_url="https://storage.googleapis.com/example-failover-switch/fence",
    source=Source(
        endpoint="clustercfg.sample.abc123.usw2.cache.amazonaws.com",
        arn="arn:aws:elasticache:us-west-2:111122223333:replicationgroup:sample",
        user_arn="arn:aws:elasticache:us-west-2:111122223333:user:sample-warmer",
    ),
    target=Target(
        id="projects/example-standby/locations/us-central1/instances/sample-cache",
        endpoint="10.72.0.5:6379",
        authorities="-----BEGIN CERTIFICATE-----",
        image="us-central1-docker.pkg.dev/example-standby/images/cache-warmer",
        network="projects/example-standby/global/networks/sample",
        subnet="projects/example-standby/regions/us-central1/subnetworks/serverless",
        images_key="projects/example-standby/locations/us-central1/keyRings/r/cryptoKeys/warmer",
        channels={"page": [], "ticket": ["projects/example-standby/notificationChannels/1"]},
    ),
    opts=opts,
)
"""

ACCOUNT = "gcp:serviceaccount/account:Account"
ARNS = [
    "arn:aws:elasticache:us-west-2:111122223333:replicationgroup:sample",
    "arn:aws:elasticache:us-west-2:111122223333:user:sample-warmer",
]


@pytest.fixture(scope="module")
def graph(sample: Callable[[str], Graph]) -> Graph:
    return sample(PROGRAM)


@pytest.fixture(scope="module")
def job(graph: Graph) -> Node:
    [job] = graph.of_type("gcp:cloudrunv2/job:Job")
    return job


@pytest.fixture(scope="module")
def environment(job: Node) -> dict[str, str]:
    [container] = job.inputs["template"]["template"]["containers"]
    return {each["name"]: each["value"] for each in container["envs"]}


def account(graph: Graph, use: str) -> Node:
    [found] = [node for node in graph.of_type(ACCOUNT) if node.name == f"cache-{use}"]
    return found


def rights(graph: Graph, use: str) -> list[Node]:
    member = account(graph, use).outputs["member"]
    return [node for node in graph.nodes.values() if node.inputs.get("member") == member]


class TestIdentities:
    def test_the_aws_role_trusts_the_jobs_account_and_its_audience_alone(
        self, graph: Graph, environment: dict[str, str]
    ) -> None:
        [role] = graph.of_type("aws:iam/role:Role")
        [trust] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        assert trust["Principal"] == {"Federated": "accounts.google.com"}
        number = account(graph, "warmer").outputs["uniqueId"]
        expected = {"accounts.google.com:sub": number, "accounts.google.com:oaud": environment["AUDIENCE"]}
        assert trust["Condition"] == {"StringEquals": expected}

    def test_the_role_logs_in_at_one_cache_as_one_user_and_does_nothing_else(self, graph: Graph) -> None:
        [policy] = graph.of_type("aws:iam/rolePolicy:RolePolicy")
        [statement] = json.loads(policy.inputs["policy"])["Statement"]
        assert statement["Action"] == ["elasticache:Connect"]
        assert statement["Resource"] == ARNS

    def test_the_job_may_log_in_at_one_instance_and_nothing_else(self, graph: Graph, job: Node) -> None:
        [right] = rights(graph, "warmer")
        assert right.inputs["role"] == "roles/memorystore.dbConnectionUser"
        assert right.inputs["condition"]["expression"] == (
            'resource.name == "projects/example-standby/locations/us-central1/instances/sample-cache"'
        )
        assert job.inputs["template"]["template"]["serviceAccount"] == account(graph, "warmer").outputs["email"]

    def test_the_schedules_account_may_start_this_job_and_nothing_else(self, graph: Graph, job: Node) -> None:
        [right] = rights(graph, "starter")
        assert right.type == "gcp:cloudrunv2/jobIamMember:JobIamMember"
        assert right.inputs["role"] == "roles/run.invoker"
        assert right.inputs["name"] == job.outputs["name"]

    def test_nobody_has_a_key(self, graph: Graph) -> None:
        assert not graph.of_type("gcp:serviceaccount/key:Key")
        assert not graph.of_type("aws:iam/accessKey:AccessKey")


class TestJob:
    def test_it_has_the_settings_that_the_program_reads(self, root: Path, environment: dict[str, str]) -> None:
        # The program's own requirements are not needed for this.
        documented = (root / "services/cache_warmer/__main__.py").read_text().split('"""')[1]
        variables = {
            word for line in documented.splitlines() if line.startswith("| `") for word in line.split("`")[1::2]
        }
        assert environment.keys() == variables - {"host:port"}
        assert all(environment.values())

    def test_it_knows_both_caches_and_the_fence(self, graph: Graph, environment: dict[str, str]) -> None:
        [role] = graph.of_type("aws:iam/role:Role")
        assert environment["SOURCE"] == "clustercfg.sample.abc123.usw2.cache.amazonaws.com:6379"
        assert (environment["SOURCE_CLUSTER"], environment["SOURCE_USER"]) == ("sample", "sample-warmer")
        assert (environment["AWS_ROLE"], environment["AWS_REGION"]) == (role.outputs["arn"], "us-west-2")
        assert environment["TARGET"] == "10.72.0.5:6379"
        assert environment["TARGET_AUTHORITIES"].startswith("-----BEGIN CERTIFICATE-----")
        assert environment["FENCE"].endswith("/example-failover-switch/fence")

    def test_its_image_is_one_for_good_attested_and_encrypted(self, job: Node) -> None:
        template = job.inputs["template"]["template"]
        assert template["containers"][0]["image"].endswith(f"/cache-warmer@sha256:{'ab' * 32}")
        assert template["encryptionKey"].endswith("/cryptoKeys/warmer")
        assert job.inputs["binaryAuthorization"] == {"useDefault": True}

    def test_its_traffic_leaves_by_our_network(self, job: Node) -> None:
        access = job.inputs["template"]["template"]["vpcAccess"]
        assert access["egress"] == "ALL_TRAFFIC"
        assert access["networkInterfaces"][0]["subnetwork"].endswith("/serverless")

    def test_one_task_ends_with_all_attempts_before_the_next_run(self, graph: Graph, job: Node) -> None:
        [schedule] = graph.of_type("gcp:cloudscheduler/job:Job")
        template = job.inputs["template"]
        assert schedule.inputs["schedule"] == "*/20 * * * *"
        assert (template["taskCount"], template["parallelism"]) == (1, 1)
        attempts = template["template"]["maxRetries"] + 1
        assert attempts * int(template["template"]["timeout"].removesuffix("s")) < 20 * 60


class TestSchedule:
    def test_it_starts_this_job_as_its_own_account(self, graph: Graph, job: Node) -> None:
        [schedule] = graph.of_type("gcp:cloudscheduler/job:Job")
        target = schedule.inputs["httpTarget"]
        assert target["httpMethod"] == "POST"
        assert target["uri"] == f"https://run.googleapis.com/v2/{job.state['id']}:run"
        assert target["oauthToken"]["serviceAccountEmail"] == account(graph, "starter").outputs["email"]

    def test_people_are_told_when_no_run_has_ended_well_for_the_rpo(self, graph: Graph, job: Node) -> None:
        [alarm] = graph.of_type("gcp:monitoring/alertPolicy:AlertPolicy")
        query = alarm.inputs["conditions"][0]["conditionPrometheusQueryLanguage"]["query"]
        assert f'job_name="{job.outputs["name"]}"' in query
        assert 'result="succeeded"' in query
        assert "[75m]" in query
        assert alarm.inputs["enabled"] is True
        assert alarm.inputs["notificationChannels"] == ["projects/example-standby/notificationChannels/1"]
