from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

DETECTOR = Subject("aws:guardduty/detector:Detector", {"enable": True})
FEATURE = Subject("aws:guardduty/detectorFeature:DetectorFeature", {"name": "S3_DATA_EVENTS", "status": "ENABLED"})
HUB = Subject(
    "aws:securityhub/account:Account", {"autoEnableControls": True, "enableDefaultStandards": False}, name="hub"
)
STANDARD = Subject(
    "aws:securityhub/standardsSubscription:StandardsSubscription",
    {"standardsArn": "arn:aws:securityhub:us-west-2::standards/cis-aws-foundations-benchmark/v/3.0.0"},
)
MACIE = Subject("aws:macie2/account:Account", {"status": "ENABLED"})
INSPECTOR = Subject("aws:inspector2/enabler:Enabler", {"resourceTypes": ["EC2", "ECR", "LAMBDA"]})
EXTERNAL = Subject(
    "aws:accessanalyzer/analyzer:Analyzer", {"analyzerName": "external", "type": "ACCOUNT"}, name="external"
)
UNUSED = Subject("aws:accessanalyzer/analyzer:Analyzer", {"type": "ACCOUNT_UNUSED_ACCESS"}, name="unused")

CASES = {
    "aws-guardduty-on": Cases(
        passes=[DETECTOR, DETECTOR.unset("enable")],
        fails=[(DETECTOR.set("enable", False), "enable")],
        unknown=[DETECTOR.set("enable", UNKNOWN)],
    ),
    "aws-guardduty-protections-on": Cases(
        passes=[FEATURE],
        fails=[(FEATURE.set("status", "DISABLED"), "status")],
        unknown=[FEATURE.set("status", UNKNOWN)],
    ),
    "aws-security-hub-standards": Cases(
        passes=[[HUB, STANDARD], [HUB.unset("enableDefaultStandards")], [STANDARD]],
        fails=[([HUB], "enableDefaultStandards")],
        unknown=[[HUB.set("enableDefaultStandards", UNKNOWN)]],
    ),
    "aws-macie-on": Cases(
        passes=[MACIE, MACIE.unset("status")],
        fails=[(MACIE.set("status", "PAUSED"), "status")],
        unknown=[MACIE.set("status", UNKNOWN)],
    ),
    "aws-inspector-scans-machines-and-images": Cases(
        passes=[INSPECTOR],
        fails=[
            (INSPECTOR.set("resourceTypes", ["EC2"]), "resourceTypes"),
            (INSPECTOR.set("resourceTypes", []), "resourceTypes"),
        ],
        unknown=[INSPECTOR.set("resourceTypes", UNKNOWN)],
    ),
    "aws-access-analyzer-external": Cases(
        passes=[[EXTERNAL, UNUSED], [UNUSED, EXTERNAL.set("type", "ORGANIZATION")], [EXTERNAL.unset("type")], [MACIE]],
        fails=[([UNUSED], "type")],
        unknown=[[UNUSED.set("type", UNKNOWN)]],
    ),
}

test_verdicts = verdicts(CASES)
