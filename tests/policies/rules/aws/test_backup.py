from dataclasses import replace

from tests.policies.harness import UNKNOWN, Cases, Subject, configure, judge, servicer, verdicts

VAULT = Subject("aws:backup/vault:Vault", {"kmsKeyArn": "arn:aws:kms:us-west-2:111122223333:key/1"}, name="vault")
OTHER_VAULT = replace(VAULT, name="other")
LOCK = Subject(
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
    {"backupVaultName": "vault", "minRetentionDays": 7},
    refs={"backupVaultName": VAULT},
)

CASES = {
    "aws-backup-vault-encrypted-with-cmk": Cases(
        passes=[VAULT],
        fails=[(VAULT.unset("kmsKeyArn"), "kmsKeyArn")],
        unknown=[VAULT.set("kmsKeyArn", UNKNOWN)],
    ),
    "aws-backup-vault-locked": Cases(
        passes=[[VAULT, LOCK], [VAULT, LOCK.set("backupVaultName", UNKNOWN)]],
        fails=[([VAULT], ""), ([VAULT, OTHER_VAULT, LOCK], "")],
    ),
}

test_verdicts = verdicts(CASES)


def test_a_throw_away_stack_may_leave_its_vaults_open() -> None:
    analyzer = servicer()
    configure(analyzer, "aws-backup-vault-locked", throwAwayStacks=["prod"])
    assert not judge(analyzer, [VAULT]).of("aws-backup-vault-locked").violations
