from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

TRAIL = Subject(
    "aws:cloudtrail/trail:Trail",
    {
        "s3BucketName": "audit",
        "isMultiRegionTrail": True,
        "enableLogFileValidation": True,
        "kmsKeyId": "arn:aws:kms:us-west-2:111122223333:key/1",
        "cloudWatchLogsGroupArn": "arn:aws:logs:us-west-2:111122223333:log-group:audit:*",
        "advancedEventSelectors": [
            {"name": "all", "fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]},
            {"name": "data", "fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}]},
        ],
    },
)
CLASSIC = TRAIL.unset("advancedEventSelectors")
READS_ONLY = {"field": "readOnly", "equals": ["true"]}
RECORDER = Subject(
    "aws:cfg/recorder:Recorder", {"recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True}}
)
STATUS = Subject("aws:cfg/recorderStatus:RecorderStatus", {"isEnabled": True})

CASES = {
    "aws-cloudtrail-multi-region": Cases(
        passes=[TRAIL],
        fails=[
            (TRAIL.unset("isMultiRegionTrail"), "isMultiRegionTrail"),
            (TRAIL.set("includeGlobalServiceEvents", False), "includeGlobalServiceEvents"),
        ],
        unknown=[TRAIL.set("isMultiRegionTrail", UNKNOWN)],
    ),
    "aws-cloudtrail-log-validation": Cases(
        passes=[TRAIL],
        fails=[(TRAIL.unset("enableLogFileValidation"), "enableLogFileValidation")],
        unknown=[TRAIL.set("enableLogFileValidation", UNKNOWN)],
    ),
    "aws-cloudtrail-encrypted-with-cmk": Cases(
        passes=[TRAIL],
        fails=[(TRAIL.unset("kmsKeyId"), "kmsKeyId")],
        unknown=[TRAIL.set("kmsKeyId", UNKNOWN)],
    ),
    "aws-cloudtrail-on-and-searchable": Cases(
        passes=[TRAIL, TRAIL.set("enableLogging", True)],
        fails=[
            (TRAIL.set("enableLogging", False), "enableLogging"),
            (TRAIL.unset("cloudWatchLogsGroupArn"), "cloudWatchLogsGroupArn"),
        ],
        unknown=[TRAIL.set("cloudWatchLogsGroupArn", UNKNOWN)],
    ),
    "aws-cloudtrail-management-events": Cases(
        passes=[TRAIL, CLASSIC, CLASSIC.set("eventSelectors", [{"dataResources": []}])],
        fails=[
            (
                TRAIL.set("advancedEventSelectors.0.fieldSelectors.0.equals", ["NetworkActivity"]),
                "advancedEventSelectors",
            ),
            (
                TRAIL.set(
                    "advancedEventSelectors.0.fieldSelectors",
                    [{"field": "eventCategory", "equals": ["Management"]}, READS_ONLY],
                ),
                "advancedEventSelectors",
            ),
            (CLASSIC.set("eventSelectors", [{"includeManagementEvents": False}]), "eventSelectors"),
            (CLASSIC.set("eventSelectors", [{"readWriteType": "WriteOnly"}]), "eventSelectors"),
        ],
        unknown=[TRAIL.set("advancedEventSelectors", UNKNOWN)],
    ),
    "aws-config-records-everything": Cases(
        passes=[RECORDER],
        fails=[
            (RECORDER.set("recordingGroup.allSupported", False), "recordingGroup.allSupported"),
            (
                RECORDER.unset("recordingGroup.includeGlobalResourceTypes"),
                "recordingGroup.includeGlobalResourceTypes",
            ),
        ],
        unknown=[RECORDER.set("recordingGroup", UNKNOWN)],
    ),
    "aws-config-recorder-on": Cases(
        passes=[STATUS],
        fails=[(STATUS.set("isEnabled", False), "isEnabled")],
        unknown=[STATUS.set("isEnabled", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
