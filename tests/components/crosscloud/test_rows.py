"""Replication of rows: one private way, one job of the whole database, and a login whose password nobody sees."""

import json
from collections.abc import Callable

import pytest

from preview.graph import Graph, Node

CERTIFICATE = "-----BEGIN CERTIFICATE-----\n" + f"{'MIID' * 16}\n" * 8 + "-----END CERTIFICATE-----\n"

PROGRAM = f"""
import pulumi
from components.crosscloud.rows import RowReplication, Source, Target
from settings.replication import RowReplicationSettings
from settings.shared import RelationalSettings

def replication(name, **settings):
    RowReplication(
        name,
        on_aws,
        on_gcp,
        RowReplicationSettings(source_ca={CERTIFICATE!r}, **settings),
        databases={{"order_book": RelationalSettings(rpo=7)}},
        source=Source("cluster.example.us-west-2.rds.amazonaws.com", pulumi.Output.secret("never-shown")),
        target=Target(
            "standby-instance",
            "projects/example-standby/regions/us-central1/subnetworks/dms",
            {{"page": ["projects/example-standby/notificationChannels/1"], "ticket": []}},
        ),
        opts=opts,
    )

replication("rows")
replication("named", producer_projects=("dms-tenant-1",), state="NOT_STARTED")
"""

ATTACHMENT = "gcp:compute/networkAttachment:NetworkAttachment"
CONNECTION = "gcp:databasemigrationservice/privateConnection:PrivateConnection"
PROFILE = "gcp:databasemigrationservice/connectionProfile:ConnectionProfile"
JOB = "gcp:databasemigrationservice/migrationJob:MigrationJob"


@pytest.fixture(scope="module")
def graph(sample: Callable[[str], Graph]) -> Graph:
    return sample(PROGRAM)


def one(graph: Graph, token: str, name: str) -> Node:
    [node] = [node for node in graph.of_type(token) if node.name == name]
    return node


class TestWay:
    def test_it_leads_through_an_attachment_in_the_services_own_subnet(self, graph: Graph) -> None:
        attachment, connection = one(graph, ATTACHMENT, "rows-dms"), one(graph, CONNECTION, "rows-dms")
        assert attachment.inputs["subnetworks"] == ["projects/example-standby/regions/us-central1/subnetworks/dms"]
        assert connection.inputs["pscInterfaceConfig"] == {"networkAttachment": attachment.state["id"]}
        source = one(graph, PROFILE, "rows-source").inputs["postgresql"]
        assert source["privateConnectivity"] == {"privateConnection": connection.outputs["name"]}
        assert connection.outputs["name"].startswith("projects/example-standby/locations/us-central1/")

    def test_it_admits_named_producers_alone_once_there_are_any(self, graph: Graph) -> None:
        admitted = {
            node.name: (node.inputs["connectionPreference"], node.inputs.get("producerAcceptLists"))
            for node in graph.of_type(ATTACHMENT)
        }
        assert admitted == {
            "rows-dms": ("ACCEPT_AUTOMATIC", None),
            "named-dms": ("ACCEPT_MANUAL", ["dms-tenant-1"]),
        }


class TestProfiles:
    def test_the_source_is_auroras_writer_which_proves_itself(self, graph: Graph) -> None:
        source = one(graph, PROFILE, "rows-source")
        assert source.inputs["role"] == "SOURCE"
        found = source.inputs["postgresql"]
        assert (found["host"], found["port"]) == ("cluster.example.us-west-2.rds.amazonaws.com", 5432)
        assert (found["username"], found["database"]) == ("standby_replication", "order_book")
        assert found["ssl"] == {"type": "SERVER_ONLY", "caCertificate": CERTIFICATE}

    def test_the_password_is_shown_nowhere(self, graph: Graph) -> None:
        assert one(graph, PROFILE, "rows-source").inputs["postgresql"]["password"] == "[secret]"
        assert "never-shown" not in json.dumps(graph.document)

    def test_the_destination_is_the_instance_that_is_there(self, graph: Graph) -> None:
        destination = one(graph, PROFILE, "rows-destination")
        assert destination.inputs["role"] == "DESTINATION"
        assert destination.inputs["postgresql"] == {"cloudSqlId": "standby-instance"}
        assert "cloudsql" not in destination.inputs


class TestJob:
    def test_it_carries_the_whole_database_for_good_and_demotes_nothing(self, graph: Graph) -> None:
        job = one(graph, JOB, "rows-job")
        assert job.inputs["type"] == "CONTINUOUS"
        assert job.inputs["postgresHomogeneousConfig"] == {"isNativeLogical": True}
        assert job.inputs["objectsConfig"]["sourceObjectsConfig"] == {
            "objectsSelectionType": "SPECIFIED_OBJECTS",
            "objectConfigs": [{"objectIdentifier": {"type": "DATABASE", "database": "order_book"}}],
        }
        assert job.inputs["source"] == one(graph, PROFILE, "rows-source").outputs["name"]
        assert job.inputs["destination"] == one(graph, PROFILE, "rows-destination").outputs["name"]
        assert job.inputs["stopOnWarnings"] is True

    def test_the_settings_say_whether_it_starts(self, graph: Graph) -> None:
        assert {job.name: job.inputs["desiredState"] for job in graph.of_type(JOB)} == {
            "rows-job": "RUNNING",
            "named-job": "NOT_STARTED",
        }

    def test_it_is_kept_from_being_made_anew(self, graph: Graph) -> None:
        job = one(graph, JOB, "rows-job")
        assert job.protected
        assert job.inputs["deletionPolicy"] == "PREVENT"

    def test_ids_are_what_the_service_takes(self, graph: Graph) -> None:
        assert one(graph, JOB, "rows-job").inputs["migrationJobId"] == "platform-test-rows-order-book"


class TestAlarms:
    @pytest.fixture
    def policies(self, graph: Graph) -> dict[str, Node]:
        return {
            node.name.removeprefix("rows-alarms-order_book-rows-"): node
            for node in graph.of_type("gcp:monitoring/alertPolicy:AlertPolicy")
            if node.name.startswith("rows-")
        }

    def test_no_transaction_may_be_missing_for_longer_than_the_rpo_nor_the_lag_be_unknown(
        self, policies: dict[str, Node]
    ) -> None:
        [condition] = policies["rpo"].inputs["conditions"]
        threshold = condition["conditionThreshold"]
        assert threshold["thresholdValue"] == 7 * 60
        assert threshold["evaluationMissingData"] == "EVALUATION_MISSING_DATA_ACTIVE"
        assert 'resource.labels.migration_job_id = "platform-test-rows-order-book"' in threshold["filter"]

    def test_they_wake_people_while_the_standby_waits(self, policies: dict[str, Node]) -> None:
        assert policies.keys() == {"rpo", "failed"}
        for policy in policies.values():
            assert policy.inputs["severity"] == "CRITICAL"
            assert policy.inputs["notificationChannels"] == ["projects/example-standby/notificationChannels/1"]
