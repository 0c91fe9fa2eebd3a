from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

ENCRYPTION = {"kmsKeyName": "projects/p/locations/us-central1/keyRings/r/cryptoKeys/k"}
SECRET = Subject(
    "gcp:secretmanager/secret:Secret",
    {
        "replication": {
            "userManaged": {
                "replicas": [
                    {"location": "us-central1", "customerManagedEncryption": ENCRYPTION},
                    {"location": "us-west1", "customerManagedEncryption": ENCRYPTION},
                ]
            }
        },
        "rotation": {"rotationPeriod": "7776000s"},
        "versionDestroyTtl": "2592000s",
    },
    stack="dr",
)
AUTOMATIC = SECRET.set("replication", {"auto": {"customerManagedEncryption": ENCRYPTION}})
VERSION = Subject("gcp:secretmanager/secretVersion:SecretVersion", {"secret": "s"}, stack="dr")
REGIONAL = Subject("gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion", {"secret": "s"}, stack="dr")
REPLICAS = "replication.userManaged.replicas"

CASES = {
    "gcp-secret-encrypted-with-cmk": Cases(
        passes=[SECRET, AUTOMATIC],
        fails=[
            (
                SECRET.unset(f"{REPLICAS}.1.customerManagedEncryption"),
                f"{REPLICAS}[1].customerManagedEncryption.kmsKeyName",
            ),
            (
                AUTOMATIC.unset("replication.auto.customerManagedEncryption"),
                "replication.auto.customerManagedEncryption.kmsKeyName",
            ),
        ],
        unknown=[SECRET.set(f"{REPLICAS}.0.customerManagedEncryption.kmsKeyName", UNKNOWN)],
    ),
    "gcp-secret-rotation": Cases(
        passes=[SECRET],
        fails=[
            (SECRET.unset("rotation"), "rotation.rotationPeriod"),
            (SECRET.set("rotation.rotationPeriod", "31622400s"), "rotation.rotationPeriod"),
        ],
        unknown=[SECRET.set("rotation.rotationPeriod", UNKNOWN)],
    ),
    "gcp-secret-in-two-regions": Cases(
        passes=[SECRET, AUTOMATIC],
        fails=[(SECRET.set(f"{REPLICAS}.1.location", "us-central1"), REPLICAS)],
        unknown=[SECRET.set(f"{REPLICAS}.1.location", UNKNOWN)],
    ),
    "gcp-secret-destruction-wait": Cases(
        passes=[SECRET],
        fails=[(SECRET.unset("versionDestroyTtl"), "versionDestroyTtl")],
        unknown=[SECRET.set("versionDestroyTtl", UNKNOWN)],
    ),
    "gcp-secret-value-not-in-program": Cases(
        passes=[VERSION, REGIONAL.set("secretDataWo", "text")],
        fails=[(VERSION.set("secretData", "text"), "secretData"), (REGIONAL.set("secretData", "text"), "secretData")],
        unknown=[VERSION.set("secretData", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
