from dataclasses import replace

import pytest
from guardrails.rules.aws.protection import STATEFUL

from tests.policies.harness import Cases, Subject, configure, judge, servicer, verdicts

TABLE = Subject("aws:dynamodb/table:Table", {"hashKey": "id", "deletionProtectionEnabled": True}, protect=True)
OLD_BUCKET = Subject("aws:s3/bucketV2:BucketV2", {}, protect=True)

CASES = {
    "aws-stateful-protected": Cases(
        passes=[TABLE, OLD_BUCKET],
        fails=[(Subject(token, {}), "") for token in STATEFUL],
    ),
}

test_verdicts = verdicts(CASES)


@pytest.mark.parametrize("stack", ["sandbox", "prod"])
def test_only_the_stacks_that_are_called_throw_away_go_unprotected(stack: str) -> None:
    analyzer = servicer()
    rule = "aws-stateful-protected"
    configure(analyzer, rule, throwAwayStacks=["sandbox"])
    said = judge(analyzer, replace(TABLE, protect=False, stack=stack)).of(rule)
    assert len(said.violations) == (stack == "prod")
