from dataclasses import replace

from guardrails.rules.kubernetes.stores import STORAGE_CLASS

from tests.policies.harness import UNKNOWN, Cases, Subject, secret, verdicts

SECRET = Subject("kubernetes:core/v1:Secret", {"type": "Opaque"})
EBS = Subject(
    STORAGE_CLASS[0], {"provisioner": "ebs.csi.aws.com", "parameters": {"encrypted": "true", "kmsKeyId": "key"}}
)
DISK = Subject(
    STORAGE_CLASS[0],
    {"provisioner": "pd.csi.storage.gke.io", "parameters": {"type": "pd-ssd", "disk-encryption-kms-key": "key"}},
)

CASES = {
    "kubernetes-secret-value-not-in-program": Cases(
        passes=[SECRET],
        fails=[
            (SECRET.set("data", {"password": "c2VjcmV0LXBhc3N3b3Jk"}), "data"),
            (SECRET.set("stringData", secret({"password": "a-secret-password"})), "stringData"),
        ],
        unknown=[SECRET.set("data", UNKNOWN)],
    ),
    "kubernetes-storage-encrypted-with-cmk": Cases(
        passes=[EBS, DISK, Subject(STORAGE_CLASS[0], {"provisioner": "efs.csi.aws.com"})],
        fails=[
            *(
                (replace(EBS, type=token).set("parameters.encrypted", "false"), "parameters.encrypted")
                for token in STORAGE_CLASS
            ),
            (EBS.unset("parameters.kmsKeyId"), "parameters.kmsKeyId"),
            (DISK.unset("parameters.disk-encryption-kms-key"), "parameters.disk-encryption-kms-key"),
        ],
        unknown=[EBS.set("parameters.kmsKeyId", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
