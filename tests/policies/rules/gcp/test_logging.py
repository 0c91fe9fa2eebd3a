from dataclasses import replace

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

BUCKET = Subject(
    "gcp:logging/projectBucketConfig:ProjectBucketConfig",
    {"bucketId": "audit", "retentionDays": 365, "cmekSettings": {"kmsKeyName": "sample-key"}},
    stack="dr",
)
SINK = Subject("gcp:logging/projectSink:ProjectSink", {"destination": "sample-bucket"}, stack="dr")
ORGANISATION_BUCKET = replace(BUCKET, type="gcp:logging/organizationBucketConfig:OrganizationBucketConfig")
ORGANISATION_SINK = replace(SINK, type="gcp:logging/organizationSink:OrganizationSink")

CASES = {
    "gcp-log-bucket-encrypted-with-cmk": Cases(
        passes=[BUCKET],
        fails=[(bucket.unset("cmekSettings"), "cmekSettings.kmsKeyName") for bucket in (BUCKET, ORGANISATION_BUCKET)],
        unknown=[BUCKET.set("cmekSettings.kmsKeyName", UNKNOWN)],
    ),
    "gcp-log-bucket-retention": Cases(
        passes=[BUCKET, BUCKET.unset("retentionDays"), BUCKET.set("retentionDays", 30)],
        fails=[(bucket.set("retentionDays", 7), "retentionDays") for bucket in (BUCKET, ORGANISATION_BUCKET)],
        unknown=[BUCKET.set("retentionDays", UNKNOWN)],
    ),
    "gcp-log-sink-on": Cases(
        passes=[SINK, SINK.set("disabled", False)],
        fails=[(sink.set("disabled", True), "disabled") for sink in (SINK, ORGANISATION_SINK)],
        unknown=[SINK.set("disabled", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
