from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

PUBLIC_ACCESS = Subject(
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
    {"blockPublicAcls": True, "blockPublicPolicy": True, "ignorePublicAcls": True, "restrictPublicBuckets": True},
)
DISKS = Subject("aws:ebs/encryptionByDefault:EncryptionByDefault", {"enabled": True})
SNAPSHOTS = Subject("aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", {"state": "block-all-sharing"})
IMAGES = Subject("aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess", {"state": "block-new-sharing"})
METADATA = Subject("aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults", {"httpTokens": "required"})
CONSOLE = Subject("aws:ec2/serialConsoleAccess:SerialConsoleAccess", {"enabled": False})
PASSWORDS = Subject(
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    {"minimumPasswordLength": 14, "passwordReusePrevention": 24},
)

CASES = {
    "aws-account-s3-public-access-blocked": Cases(
        passes=[PUBLIC_ACCESS],
        fails=[
            (PUBLIC_ACCESS.unset("blockPublicAcls"), "blockPublicAcls"),
            (PUBLIC_ACCESS.set("blockPublicPolicy", False), "blockPublicPolicy"),
            (PUBLIC_ACCESS.unset("ignorePublicAcls"), "ignorePublicAcls"),
            (PUBLIC_ACCESS.set("restrictPublicBuckets", False), "restrictPublicBuckets"),
            (PUBLIC_ACCESS.set("restrictPublicBuckets", False).unset("blockPublicAcls"), "blockPublicAcls"),
        ],
        unknown=[PUBLIC_ACCESS.set("blockPublicPolicy", UNKNOWN)],
    ),
    "aws-account-ebs-encrypted-by-default": Cases(
        passes=[DISKS, DISKS.unset("enabled")],
        fails=[(DISKS.set("enabled", False), "enabled")],
        unknown=[DISKS.set("enabled", UNKNOWN)],
    ),
    "aws-account-snapshots-and-images-not-public": Cases(
        passes=[SNAPSHOTS, SNAPSHOTS.set("state", "block-new-sharing"), IMAGES],
        fails=[
            (SNAPSHOTS.set("state", "unblocked"), "state"),
            (IMAGES.set("state", "unblocked"), "state"),
            (IMAGES.unset("state"), "state"),
        ],
        unknown=[SNAPSHOTS.set("state", UNKNOWN)],
    ),
    "aws-account-imdsv2-by-default": Cases(
        passes=[METADATA],
        fails=[
            (METADATA.set("httpTokens", "optional"), "httpTokens"),
            (METADATA.unset("httpTokens"), "httpTokens"),
        ],
        unknown=[METADATA.set("httpTokens", UNKNOWN)],
    ),
    "aws-account-no-serial-console": Cases(
        passes=[CONSOLE],
        fails=[(CONSOLE.set("enabled", True), "enabled"), (CONSOLE.unset("enabled"), "enabled")],
        unknown=[CONSOLE.set("enabled", UNKNOWN)],
    ),
    "aws-account-password-policy": Cases(
        passes=[PASSWORDS],
        fails=[
            (PASSWORDS.set("minimumPasswordLength", 13), "minimumPasswordLength"),
            (PASSWORDS.unset("minimumPasswordLength"), "minimumPasswordLength"),
            (PASSWORDS.unset("passwordReusePrevention"), "passwordReusePrevention"),
        ],
        unknown=[PASSWORDS.set("minimumPasswordLength", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
