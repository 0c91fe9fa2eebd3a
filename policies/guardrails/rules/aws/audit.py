"""The audit trail and the record of configurations: CloudTrail and AWS Config."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import on, present
from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node, Resource

TRAIL = ("aws:cloudtrail/trail:Trail",)
RECORDER = ("aws:cfg/recorder:Recorder",)
RECORDER_STATUS = ("aws:cfg/recorderStatus:RecorderStatus",)


def _everywhere(trail: Node) -> Iterator[Finding]:
    if not trail.flag("isMultiRegionTrail"):
        yield Finding("isMultiRegionTrail", "is off")
    if not trail.flag("includeGlobalServiceEvents", default=True):
        yield Finding("includeGlobalServiceEvents", "is off")


def _on_and_searchable(trail: Node) -> Iterator[Finding]:
    if not trail.flag("enableLogging", default=True):
        yield Finding("enableLogging", "is off")
    if not trail.has("cloudWatchLogsGroupArn"):
        yield Finding("cloudWatchLogsGroupArn", "is not set")


def _management_events(trail: Resource) -> Iterator[Finding]:
    """Without selectors of either kind a trail records all management events; with some, what they name."""
    if trail.has("advancedEventSelectors"):
        if not any(_is_of_management(selector) for selector in trail.items("advancedEventSelectors", whole=True)):
            yield Finding("advancedEventSelectors", "leaves out some or all management events")
    elif trail.has("eventSelectors") and not any(
        selector.flag("includeManagementEvents", default=True) and selector.text("readWriteType", "All") == "All"
        for selector in trail.items("eventSelectors", whole=True)
    ):
        yield Finding("eventSelectors", "leaves out some or all management events")


def _is_of_management(selector: Node) -> bool:
    fields = list(selector.items("fieldSelectors", whole=True))
    return all(field.text("field") == "eventCategory" and "Management" in field.texts("equals") for field in fields)


def _records_all(recorder: Node) -> Iterator[Finding]:
    if not recorder.flag("recordingGroup.allSupported", default=True):
        yield Finding("recordingGroup.allSupported", "is off")
    if not recorder.flag("recordingGroup.includeGlobalResourceTypes"):
        yield Finding("recordingGroup.includeGlobalResourceTypes", "is off")


RULES = (
    ResourceRule(
        id="aws-cloudtrail-multi-region",
        types=TRAIL,
        severity=Severity.HIGH,
        description="Audit trails cover all regions and the global services.",
        why="An intruder works in the region that nobody watches, and IAM's events belong to none.",
        remedy="Set is_multi_region_trail=True and leave include_global_service_events on.",
        check=_everywhere,
    ),
    ResourceRule(
        id="aws-cloudtrail-log-validation",
        types=TRAIL,
        severity=Severity.MEDIUM,
        description="Audit trails sign their files.",
        why="Otherwise nobody can tell whether a file was changed or removed after the fact.",
        remedy="Set enable_log_file_validation=True.",
        check=on("enableLogFileValidation"),
    ),
    ResourceRule(
        id="aws-cloudtrail-encrypted-with-cmk",
        types=TRAIL,
        severity=Severity.MEDIUM,
        description="Audit trails are encrypted with a customer-managed key.",
        why="Who may read the bucket otherwise reads who did what, from where and with which parameters.",
        remedy="Set kms_key_id to a key whose policy admits CloudTrail.",
        check=present("kmsKeyId"),
    ),
    ResourceRule(
        id="aws-cloudtrail-on-and-searchable",
        types=TRAIL,
        severity=Severity.HIGH,
        description="Audit trails are on, and send a copy to CloudWatch Logs.",
        why="Alarms work on that copy; files alone are read when it is too late.",
        remedy="Leave enable_logging on; set cloud_watch_logs_group_arn and cloud_watch_logs_role_arn.",
        check=_on_and_searchable,
    ),
    ResourceRule(
        id="aws-cloudtrail-management-events",
        types=TRAIL,
        severity=Severity.HIGH,
        description="Audit trails record every management event, reads and writes.",
        why="Event selectors replace the default: a trail with selectors for data alone misses all changes.",
        remedy='Add a selector with eventCategory equal to "Management" and no other condition.',
        check=_management_events,
    ),
    ResourceRule(
        id="aws-config-records-everything",
        types=RECORDER,
        severity=Severity.MEDIUM,
        description="AWS Config records every type of resource, global ones included.",
        why="What is left out has no history and is judged by no rule.",
        remedy="Set recording_group with all_supported=True and include_global_resource_types=True.",
        check=_records_all,
    ),
    ResourceRule(
        id="aws-config-recorder-on",
        types=RECORDER_STATUS,
        severity=Severity.MEDIUM,
        description="AWS Config's recorder runs.",
        why="A recorder that is defined and not started records nothing, and shows no error.",
        remedy="Set is_enabled=True.",
        check=on("isEnabled"),
    ),
)
