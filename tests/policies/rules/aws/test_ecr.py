from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

ENCRYPTION = [{"encryptionType": "KMS", "kmsKey": "arn:aws:kms:us-west-2:111122223333:key/1"}]
REPOSITORY = Subject(
    "aws:ecr/repository:Repository",
    {
        "imageTagMutability": "IMMUTABLE",
        "imageScanningConfiguration": {"scanOnPush": True},
        "encryptionConfigurations": ENCRYPTION,
    },
)
TEMPLATE = Subject(
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
    {"prefix": "quay", "appliedFors": ["PULL_THROUGH_CACHE"], "encryptionConfigurations": ENCRYPTION},
)

CASES = {
    "aws-ecr-immutable-tags": Cases(
        passes=[REPOSITORY, REPOSITORY.set("imageTagMutability", "IMMUTABLE_WITH_EXCLUSION")],
        fails=[
            (REPOSITORY.unset("imageTagMutability"), "imageTagMutability"),
            (REPOSITORY.set("imageTagMutability", "MUTABLE"), "imageTagMutability"),
        ],
        unknown=[REPOSITORY.set("imageTagMutability", UNKNOWN)],
    ),
    "aws-ecr-encrypted-with-cmk": Cases(
        passes=[REPOSITORY, TEMPLATE],
        fails=[
            (REPOSITORY.unset("encryptionConfigurations"), "encryptionConfigurations"),
            (REPOSITORY.unset("encryptionConfigurations.0.kmsKey"), "encryptionConfigurations"),
            (TEMPLATE.set("encryptionConfigurations.0.encryptionType", "AES256"), "encryptionConfigurations"),
        ],
        unknown=[REPOSITORY.set("encryptionConfigurations.0.kmsKey", UNKNOWN)],
    ),
    "aws-ecr-scan-on-push": Cases(
        passes=[REPOSITORY],
        fails=[(REPOSITORY.unset("imageScanningConfiguration"), "imageScanningConfiguration.scanOnPush")],
        unknown=[REPOSITORY.set("imageScanningConfiguration.scanOnPush", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
