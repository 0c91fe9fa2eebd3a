"""Logs: kept under our key, audit logs for years, all of them once, and none under Google's own key alone."""

from collections.abc import Callable

from preview.graph import Graph, Node

BUCKET, SINK = "gcp:logging/projectBucketConfig:ProjectBucketConfig", "gcp:logging/projectSink:ProjectSink"


def sinks(graph: Graph) -> dict[str, Node]:
    return {node.name.removeprefix("observability-logs-"): node for node in graph.of_type(SINK)}


class TestBuckets:
    def test_they_stand_in_the_region_under_the_logs_key(self, dr: Graph) -> None:
        [key] = [node for node in dr.of_type("gcp:kms/cryptoKey:CryptoKey") if node.name == "keys-logs"]
        buckets = dr.of_type(BUCKET)
        assert len(buckets) == 2
        for bucket in buckets:
            assert bucket.inputs["cmekSettings"] == {"kmsKeyName": key.state["id"]}
            assert bucket.inputs["location"] == "us-central1"
            assert bucket.protected

    def test_the_logging_service_may_use_the_key(self, dr: Graph) -> None:
        [grant] = [
            node
            for node in dr.of_type("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember")
            if node.name == "keys-logs-logging"
        ]
        assert grant.inputs["member"] == "serviceAccount:cmek-p123456789012@gcp-sa-logging.iam.gserviceaccount.com"

    def test_audit_logs_are_kept_for_years_and_locked_only_by_choice(
        self, dr: Graph, dr_with: Callable[..., Graph]
    ) -> None:
        kept = {node.inputs["bucketId"]: node.inputs for node in dr.of_type(BUCKET)}
        assert kept["audit"]["retentionDays"] == 2557
        assert kept["platform"]["retentionDays"] == 90
        assert not kept["audit"]["locked"]
        chosen = dr_with({"observability": {"logs": {"audit_locked": True}}})
        locked = {node.inputs["bucketId"]: node.inputs["locked"] for node in chosen.of_type(BUCKET)}
        assert locked == {"audit": True, "platform": False}


class TestSinks:
    def test_each_log_goes_to_one_bucket_and_googles_own_gets_none(self, dr: Graph) -> None:
        found = sinks(dr)
        assert found["default"].inputs["name"] == "_Default"
        assert found["default"].inputs["filter"] == f"NOT ({found['audit'].inputs['filter']})"
        ids = {node.inputs["bucketId"]: node.state["id"] for node in dr.of_type(BUCKET)}
        assert found["default"].inputs["destination"] == f"logging.googleapis.com/{ids['platform']}"
        assert found["audit"].inputs["destination"] == f"logging.googleapis.com/{ids['audit']}"
        assert not any(node.inputs.get("disabled") or node.inputs.get("exclusions") for node in found.values())

    def test_exclusions_never_touch_audit_logs(self, dr_with: Callable[..., Graph]) -> None:
        chosen = sinks(dr_with({"observability": {"logs": {"exclusions": {"probes": 'log_id("sample")'}}}}))
        assert chosen["default"].inputs["exclusions"] == [{"name": "probes", "filter": 'log_id("sample")'}]
        assert not chosen["audit"].inputs.get("exclusions")

    def test_an_archive_is_written_by_its_sink_and_nothing_more(self, waiting: Graph) -> None:
        sink = sinks(waiting)["archive"]
        [grant] = waiting.of_type("gcp:storage/bucketIAMMember:BucketIAMMember")
        assert sink.inputs["destination"] == "storage.googleapis.com/sample-archive"
        assert grant.inputs["member"] == sink.outputs["writerIdentity"]
        assert (grant.inputs["bucket"], grant.inputs["role"]) == ("sample-archive", "roles/storage.objectCreator")
