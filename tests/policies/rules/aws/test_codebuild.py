from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

PROJECT = Subject(
    "aws:codebuild/project:Project",
    {
        "encryptionKey": "arn:aws:kms:us-west-2:111122223333:key/1",
        "environment": {
            "privilegedMode": False,
            "environmentVariables": [
                {"name": "REGION", "value": "us-west-2"},
                {"name": "API_TOKEN", "value": "ci/token", "type": "SECRETS_MANAGER"},
            ],
        },
        "vpcConfig": {"vpcId": "vpc-1"},
        "logsConfig": {"cloudwatchLogs": {"status": "ENABLED"}},
    },
)

CASES = {
    "aws-codebuild-not-privileged": Cases(
        passes=[PROJECT, PROJECT.unset("environment.privilegedMode")],
        fails=[(PROJECT.set("environment.privilegedMode", True), "environment.privilegedMode")],
        unknown=[PROJECT.set("environment.privilegedMode", UNKNOWN)],
    ),
    "aws-codebuild-in-vpc": Cases(
        passes=[PROJECT],
        fails=[(PROJECT.unset("vpcConfig"), "vpcConfig.vpcId")],
        unknown=[PROJECT.set("vpcConfig.vpcId", UNKNOWN)],
    ),
    "aws-codebuild-encrypted-with-cmk": Cases(
        passes=[PROJECT],
        fails=[(PROJECT.unset("encryptionKey"), "encryptionKey")],
        unknown=[PROJECT.set("encryptionKey", UNKNOWN)],
    ),
    "aws-codebuild-logs": Cases(
        passes=[
            PROJECT,
            PROJECT.unset("logsConfig"),
            PROJECT.set("logsConfig", {"cloudwatchLogs": {"status": "DISABLED"}, "s3Logs": {"status": "ENABLED"}}),
        ],
        fails=[(PROJECT.set("logsConfig.cloudwatchLogs.status", "DISABLED"), "logsConfig")],
        unknown=[PROJECT.set("logsConfig.cloudwatchLogs.status", UNKNOWN)],
    ),
    "aws-codebuild-no-plain-credentials": Cases(
        passes=[PROJECT, PROJECT.unset("environment.environmentVariables")],
        fails=[
            (
                PROJECT.unset("environment.environmentVariables.1.type"),
                "environment.environmentVariables[1].type",
            ),
            (
                PROJECT.set(
                    "environment.environmentVariables.0", {"name": "aws_secret_access_key", "type": "PLAINTEXT"}
                ),
                "environment.environmentVariables[0].type",
            ),
        ],
        unknown=[PROJECT.set("environment.environmentVariables.1.type", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
