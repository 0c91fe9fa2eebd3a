from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

CERTIFICATE = Subject(
    "aws:acm/certificate:Certificate",
    {"domainName": "example.com", "validationMethod": "DNS", "keyAlgorithm": "EC_prime256v1"},
)

CASES = {
    "aws-acm-renews-by-itself": Cases(
        passes=[
            CERTIFICATE,
            CERTIFICATE.unset("validationMethod").set(
                "certificateAuthorityArn", "arn:aws:acm-pca:us-west-2:111122223333:certificate-authority/1"
            ),
        ],
        fails=[
            (CERTIFICATE.set("validationMethod", "EMAIL"), "validationMethod"),
            (CERTIFICATE.unset("validationMethod"), "validationMethod"),
            (CERTIFICATE.set("certificateBody", "PEM"), "certificateBody"),
        ],
        unknown=[CERTIFICATE.set("validationMethod", UNKNOWN)],
    ),
    "aws-acm-key-length": Cases(
        passes=[CERTIFICATE, CERTIFICATE.unset("keyAlgorithm")],
        fails=[(CERTIFICATE.set("keyAlgorithm", "RSA_1024"), "keyAlgorithm")],
        unknown=[CERTIFICATE.set("keyAlgorithm", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
