"""What a failover has in the standby: its records, a job that runs SQL, one that rehearses, and who may start them."""

from collections.abc import Iterator

import pytest

from components.gcp.federation import IMAGE_RECORD
from failover.answers import place
from failover.database import _parser as parser
from preview.graph import Graph, Node
from stacks import names
from tests.stacks.variants import update

BUCKET_MEMBER = "gcp:storage/bucketIAMMember:BucketIAMMember"
JOB = "gcp:cloudrunv2/job:Job"
JOB_MEMBER = "gcp:cloudrunv2/jobIamMember:JobIamMember"
PROJECT_MEMBER = "gcp:projects/iAMMember:IAMMember"
ROLE = "gcp:projects/iAMCustomRole:IAMCustomRole"
ON_CALL = "group:oncall@example.com"
DAY = 24 * 60 * 60


def named(graph: Graph, kind: str, name: str) -> Node:
    [node] = [node for node in graph.of_type(kind) if node.name == name]
    return node


def container(job: Node) -> dict:
    [found] = job.inputs["template"]["template"]["containers"]
    return found


@pytest.fixture(params=["statements-job", "rehearsal-job"])
def job(request: pytest.FixtureRequest, dr: Graph) -> Node:
    return named(dr, JOB, request.param)


@pytest.fixture(scope="module")
def operated() -> Graph:
    return update("dr", {"failover.operators": [ON_CALL]})


@pytest.fixture(scope="module")
def operated_link() -> Graph:
    return update("interconnect", {"failover.operators": [ON_CALL]})


class TestRecords:
    def test_have_the_name_that_the_program_knows_and_outlive_mistakes(self, dr: Graph) -> None:
        bucket = named(dr, "gcp:storage/bucket:Bucket", "records-bucket")
        assert bucket.inputs["name"] == "example-failover-records"
        assert bucket.inputs["publicAccessPrevention"] == "enforced"
        assert bucket.inputs["versioning"] == {"enabled": True}
        assert bucket.protected

    def test_expire_and_what_is_to_be_known_does_not(self, dr: Graph) -> None:
        rules = named(dr, "gcp:storage/bucket:Bucket", "records-bucket").inputs["lifecycleRules"]
        live = [rule["condition"] for rule in rules if rule["condition"].get("withState") == "LIVE"]
        assert {prefix: rule["age"] for rule in live for prefix in rule["matchesPrefixes"]} == {
            "acknowledged/": 400,
            "history/": 400,
            "results/": 400,
        }


class TestEachJob:
    def test_runs_the_one_image_in_the_network_once(self, job: Node, dr: Graph) -> None:
        template = job.inputs["template"]["template"]
        assert "@sha256:" in container(job)["image"]
        assert job.inputs["binaryAuthorization"] == {"useDefault": True}
        assert template["maxRetries"] == 0
        assert template["vpcAccess"]["egress"] == "ALL_TRAFFIC"
        assert template["encryptionKey"] == named(dr, "gcp:kms/cryptoKey:CryptoKey", "keys-jobs").state["id"]

    def test_has_an_account_of_its_own(self, dr: Graph) -> None:
        accounts = [job.inputs["template"]["template"]["serviceAccount"] for job in dr.of_type(JOB)]
        assert len(accounts) == len(set(accounts)) == 2


class TestStatements:
    def test_log_in_by_iam_to_the_instance_and_its_copy_alone(self, dr: Graph) -> None:
        user = named(dr, "gcp:sql/user:User", "statements-user")
        assert user.inputs["type"] == "CLOUD_IAM_SERVICE_ACCOUNT"
        assert user.inputs["databaseRoles"] == ["cloudsqlsuperuser"]
        [instance] = dr.of_type("gcp:sql/databaseInstance:DatabaseInstance")
        for role in ("client", "instanceuser"):
            condition = named(dr, PROJECT_MEMBER, f"statements-{role}").inputs["condition"]["expression"]
            assert condition.count("resource.name == ") == 2
            assert f'/instances/{instance.outputs["name"]}"' in condition
            assert '/instances/platform-production-rehearsal"' in condition

    def test_compare_definitions_each_hour_and_leave_the_report_where_it_is_looked_for(self, dr: Graph) -> None:
        schedule = named(dr, "gcp:cloudscheduler/job:Job", "statements-starter")
        [database] = dr.of_type("gcp:sql/databaseInstance:DatabaseInstance")
        assert schedule.inputs["schedule"] == "20 * * * *"
        given = parser().parse_args(container(named(dr, JOB, "statements-job"))["args"])
        [action] = given.actions
        assert place(given.run, action, given.attempt) == names.SCHEMA_REPORT
        assert given.instance == database.outputs["connectionName"]
        assert given.bucket == "example-failover-records"

    def test_write_answers_and_nothing_else(self, dr: Graph) -> None:
        writes = [
            node.inputs["condition"]["expression"]
            for node in dr.of_type(BUCKET_MEMBER)
            if node.name.startswith("statements-") and node.inputs["role"] == "roles/storage.objectUser"
        ]
        assert writes == [
            'resource.name.startsWith("projects/_/buckets/example-failover-records/objects/results/")',
        ]


class TestRehearsal:
    def test_starts_each_week_as_an_account_that_can_do_nothing_else(self, dr: Graph) -> None:
        schedule = named(dr, "gcp:cloudscheduler/job:Job", "rehearsal-starter")
        assert schedule.inputs["schedule"] == "0 13 * * 2"
        email = schedule.inputs["httpTarget"]["oauthToken"]["serviceAccountEmail"]
        granted = [
            node
            for node in dr.nodes.values()
            if node.type.lower().endswith("member") and node.inputs.get("member") == f"serviceAccount:{email}"
        ]
        assert [node.inputs["role"] for node in granted] == ["roles/run.invoker"]

    def test_asks_nobody_and_knows_its_records(self, dr: Graph) -> None:
        found = container(named(dr, JOB, "rehearsal-job"))
        assert [*found["commands"], *found["args"]] == ["python", "-m", "failover", "rehearse", "--yes", "--json"]
        assert found["envs"] == [{"name": "FAILOVER_RECORDS", "value": "example-failover-records"}]

    def test_changes_its_copies_alone(self, dr: Graph) -> None:
        """No right that makes, changes or removes anything holds for what serves."""
        permissions = {role.state["id"]: role.inputs["permissions"] for role in dr.of_type(ROLE)}
        conditions = {
            permission: node.inputs.get("condition", {}).get("expression", "")
            for node in self.grants(dr)
            for permission in permissions.get(node.inputs["role"], ())
        }
        for permission in ("create", "delete", "restoreBackup", "update"):
            condition = conditions[f"cloudsql.instances.{permission}"]
            assert "platform-production-rehearsal" in condition
            assert "database-instance" not in condition
        assert conditions["bigtable.tables.delete"].endswith('/tables/rehearsal-")')
        roles = {node.inputs["role"] for node in self.grants(dr)} - permissions.keys()
        assert roles == {"roles/monitoring.viewer", "roles/storage.objectUser", "roles/storage.objectViewer"}

    def test_leaves_the_documents_as_they_are(self, dr: Graph) -> None:
        condition = named(dr, BUCKET_MEMBER, "rehearsal-records").inputs["condition"]["expression"]
        assert condition == '!resource.name.startsWith("projects/_/buckets/example-failover-records/objects/names/")'

    def test_that_fails_or_does_not_come_tells_people(self, dr: Graph) -> None:
        policies = {
            node.name: node.inputs
            for node in dr.of_type("gcp:monitoring/alertPolicy:AlertPolicy")
            if "rehearsal" in node.name
        }
        [overdue] = policies["rehearsal-alarms-rehearsals-overdue"]["conditions"]
        assert "[8d]" in overdue["conditionPrometheusQueryLanguage"]["query"]
        assert "or vector(0)) < 1" in overdue["conditionPrometheusQueryLanguage"]["query"]
        assert policies["rehearsal-alarms-rehearsals-failed"]["enabled"]

    def grants(self, dr: Graph) -> Iterator[Node]:
        email = named(dr, "gcp:serviceaccount/account:Account", "rehearsal-account").outputs["email"]
        for node in dr.nodes.values():
            if node.type.startswith("gcp:") and node.inputs.get("member") == f"serviceAccount:{email}":
                yield node


class TestOperators:
    def of(self, graph: Graph) -> dict[str, Node]:
        return {node.name: node for node in graph.nodes.values() if node.inputs.get("member") == ON_CALL}

    def test_are_nobody_unless_they_are_named(self, dr: Graph) -> None:
        assert not [node for node in dr.nodes.values() if node.type == "multicloud:gcp:Operators"]

    def test_get_what_the_steps_need_where_they_need_it(self, operated: Graph) -> None:
        assert self.of(operated).keys() == {
            f"operators-oncall-{use}"
            for use in (
                "account-images",
                "account-replication",
                "account-secrets",
                "database",
                "looks",
                "records",
                "rehearsal",
                "switch",
                "tables",
                "statements",
            )
        }

    def test_of_the_link_can_stop_each_copy(self, operated_link: Graph) -> None:
        assert self.of(operated_link).keys() == {
            f"operators-link-oncall-{use}" for use in ("images", "reconciliation", "replication", "warming")
        }

    def test_can_read_every_report_that_the_readiness_rests_on(self, operated: Graph, operated_link: Graph) -> None:
        # The comparison of images lies in a bucket of logs, of which they may read nothing else.
        images = self.of(operated_link)["operators-link-oncall-images"].inputs
        assert images["role"] == "roles/storage.objectViewer"
        assert images["condition"]["expression"].endswith(f'/objects/{IMAGE_RECORD}"')
        assert names.SCHEMA_REPORT.startswith("results/")
        assert self.of(operated)["operators-oncall-records"].inputs["role"] == "roles/storage.objectUser"

    def test_can_do_what_the_steps_ask_of_the_database(self, operated: Graph) -> None:
        grant = self.of(operated)["operators-oncall-database"]
        [role] = [role for role in operated.of_type(ROLE) if role.state["id"] == grant.inputs["role"]]
        # `grow` and `resync` change the instance, `empty` backs it up.
        assert {"cloudsql.instances.get", "cloudsql.instances.update"} <= set(role.inputs["permissions"])
        assert {"cloudsql.backupRuns.create", "cloudsql.backupRuns.list"} <= set(role.inputs["permissions"])
        assert "/instances/" in grant.inputs["condition"]["expression"]

    def test_have_their_calls_counted_in_the_project(self, operated: Graph) -> None:
        grant = self.of(operated)["operators-oncall-looks"]
        [role] = [role for role in operated.of_type(ROLE) if role.state["id"] == grant.inputs["role"]]
        assert "serviceusage.services.use" in role.inputs["permissions"]

    def test_can_neither_deploy_nor_become_anybody(self, operated: Graph, operated_link: Graph) -> None:
        for graph in (operated, operated_link):
            roles = {role.state["id"]: role.inputs["permissions"] for role in graph.of_type(ROLE)}
            for node in self.of(graph).values():
                for permission in set(roles.get(node.inputs["role"], ())) - {"cloudsql.backupRuns.create"}:
                    assert not permission.endswith((".setIamPolicy", ".actAs", ".create", ".delete")), node.urn
