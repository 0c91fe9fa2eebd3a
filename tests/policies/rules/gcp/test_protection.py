from dataclasses import replace

from guardrails.rules.gcp.protection import STATEFUL

from tests.policies.harness import Cases, Subject, configure, judge, servicer, verdicts

KEY = Subject("gcp:kms/cryptoKey:CryptoKey", {}, protect=True, stack="dr")
FOUND = [replace(KEY, type=token, protect=False) for token in STATEFUL]

CASES = {
    "gcp-stateful-protected": Cases(passes=[KEY], fails=[(found, "") for found in FOUND]),
}

test_verdicts = verdicts(CASES)


def test_a_stack_to_throw_away_needs_no_protection() -> None:
    analyzer = servicer()
    configure(analyzer, "gcp-stateful-protected", throwAwayStacks=["dr"])
    assert not judge(analyzer, FOUND[0]).of("gcp-stateful-protected").violations
