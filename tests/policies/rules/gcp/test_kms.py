from guardrails.rules.gcp.iam import KEYS, tokens

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

KEY = Subject(
    "gcp:kms/cryptoKey:CryptoKey",
    {"keyRing": "ring", "rotationPeriod": "7776000s", "destroyScheduledDuration": "2592000s"},
    stack="dr",
)
GRANT = Subject(
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
    {
        "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        "member": "serviceAccount:a@example.iam.gserviceaccount.com",
    },
    stack="dr",
)

CASES = {
    "gcp-kms-rotation": Cases(
        passes=[KEY, KEY.unset("rotationPeriod").set("purpose", "ASYMMETRIC_SIGN")],
        fails=[
            (KEY.unset("rotationPeriod"), "rotationPeriod"),
            (KEY.set("rotationPeriod", "7776001s"), "rotationPeriod"),
        ],
        unknown=[KEY.set("rotationPeriod", UNKNOWN)],
    ),
    "gcp-kms-destruction-wait": Cases(
        passes=[KEY, KEY.unset("destroyScheduledDuration")],
        fails=[(KEY.set("destroyScheduledDuration", "86400s"), "destroyScheduledDuration")],
        unknown=[KEY.set("destroyScheduledDuration", UNKNOWN)],
    ),
    "gcp-kms-no-public-grants": Cases(
        passes=[GRANT],
        fails=[
            *((Subject(token, {"member": "allUsers"}), "member") for token in tokens(KEYS, "Member")),
            *(
                (Subject(token, {"members": ["allAuthenticatedUsers"]}), "members[0]")
                for token in tokens(KEYS, "Binding")
            ),
        ],
        unknown=[GRANT.set("member", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
