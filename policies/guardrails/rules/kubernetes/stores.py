"""Secrets and volumes."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import absent, together
from guardrails.model import Finding, ResourceRule
from guardrails.subject import Resource

SECRET = ("kubernetes:core/v1:Secret",)
STORAGE_CLASS = (
    "kubernetes:storage.k8s.io/v1:StorageClass",
    "kubernetes:storage.k8s.io/v1beta1:StorageClass",
)

# What each cloud's driver calls the key of a volume.
# https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
# https://github.com/kubernetes-sigs/gcp-compute-persistent-disk-csi-driver
KEYS = {"ebs.csi.aws.com": "parameters.kmsKeyId", "pd.csi.storage.gke.io": "parameters.disk-encryption-kms-key"}


def _encrypted(storage: Resource) -> Iterator[Finding]:
    driver = storage.text("provisioner")
    if driver == "ebs.csi.aws.com" and not storage.flag("parameters.encrypted"):
        yield Finding("parameters.encrypted", "is not true")
    if driver in KEYS and not storage.has(KEYS[driver]):
        yield Finding(KEYS[driver], "is not set")


RULES = (
    ResourceRule(
        id="kubernetes-secret-value-not-in-program",
        types=SECRET,
        severity=Severity.HIGH,
        description="The program holds no Kubernetes secret's value.",
        why="A value that the program sets lies in its state and wherever it was copied from, and never changes.",
        remedy="Make an ExternalSecret that reads it from the cloud's own store.",
        check=together(absent("data"), absent("stringData")),
    ),
    ResourceRule(
        id="kubernetes-storage-encrypted-with-cmk",
        types=STORAGE_CLASS,
        severity=Severity.HIGH,
        description="Volumes are encrypted with a customer-managed key.",
        why="They hold what pods keep, and the cloud's own key can't be withdrawn.",
        remedy='Set parameters: encrypted "true" and kmsKeyId on AWS, disk-encryption-kms-key on Google Cloud.',
        check=_encrypted,
    ),
)
