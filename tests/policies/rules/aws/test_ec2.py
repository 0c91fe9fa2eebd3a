from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

DISK = {"encrypted": "true", "kmsKeyId": "arn:aws:kms:us-west-2:111122223333:key/1"}
TEMPLATE = Subject(
    "aws:ec2/launchTemplate:LaunchTemplate",
    {
        "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1},
        "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": DISK}, {"deviceName": "/dev/xvdc", "noDevice": ""}],
    },
)
INSTANCE = Subject(
    "aws:ec2/instance:Instance",
    {"metadataOptions": {"httpTokens": "required"}, "rootBlockDevice": {**DISK, "encrypted": True}},
)
VOLUME = Subject("aws:ebs/volume:Volume", {"availabilityZone": "us-west-2a", **DISK, "encrypted": True})

CASES = {
    "aws-ec2-imdsv2": Cases(
        passes=[TEMPLATE, INSTANCE],
        fails=[
            (TEMPLATE.unset("metadataOptions"), "metadataOptions.httpTokens"),
            (INSTANCE.set("metadataOptions.httpTokens", "optional"), "metadataOptions.httpTokens"),
            (TEMPLATE.set("metadataOptions.httpPutResponseHopLimit", 2), "metadataOptions.httpPutResponseHopLimit"),
        ],
        unknown=[TEMPLATE.set("metadataOptions.httpTokens", UNKNOWN)],
    ),
    "aws-ec2-encrypted-disks": Cases(
        passes=[TEMPLATE, INSTANCE, VOLUME],
        fails=[
            (TEMPLATE.unset("blockDeviceMappings"), "blockDeviceMappings"),
            (TEMPLATE.set("blockDeviceMappings.0.ebs.encrypted", "false"), "blockDeviceMappings[0].ebs.encrypted"),
            (TEMPLATE.unset("blockDeviceMappings.0.ebs.kmsKeyId"), "blockDeviceMappings[0].ebs.kmsKeyId"),
            (INSTANCE.unset("rootBlockDevice"), "rootBlockDevice"),
            (INSTANCE.set("ebsBlockDevices", [{"deviceName": "/dev/sdb"}]), "ebsBlockDevices[0].encrypted"),
            (VOLUME.set("encrypted", False), "encrypted"),
            (VOLUME.set("encrypted", False).set("kmsKeyId", UNKNOWN), "encrypted"),
        ],
        unknown=[TEMPLATE.set("blockDeviceMappings.0.ebs.kmsKeyId", UNKNOWN), VOLUME.set("kmsKeyId", UNKNOWN)],
    ),
    "aws-ec2-template-no-ssh-key": Cases(
        passes=[TEMPLATE],
        fails=[(TEMPLATE.set("keyName", "key-pair"), "keyName")],
        unknown=[TEMPLATE.set("keyName", UNKNOWN)],
    ),
    "aws-ec2-template-no-public-address": Cases(
        passes=[TEMPLATE, TEMPLATE.set("networkInterfaces", [{"associatePublicIpAddress": "false"}])],
        fails=[
            (
                TEMPLATE.set("networkInterfaces", [UNKNOWN, {"associatePublicIpAddress": "true"}]),
                "networkInterfaces[1].associatePublicIpAddress",
            )
        ],
        unknown=[TEMPLATE.set("networkInterfaces", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
