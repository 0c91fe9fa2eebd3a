"""Sample values, which a plan may use and an update may not."""

import re
from collections.abc import Iterator

from settings.types import Path

# Names that RFC 2606 and RFC 6761 keep for examples, and the accounts and projects of AWS's and Google's documentation.
SAMPLE_ACCOUNTS = (
    "000000000000", "111111111111", "111122223333", "123456789012", "444455556666", "555566667777", "777788889999",
    "999999999999",
)  # fmt: skip
SAMPLE = re.compile(
    rf"""
    (^|[.@]) example \. (com|net|org) $ | \. (example|invalid|test) $
    | (?<! \d) ({"|".join(SAMPLE_ACCOUNTS)}) (?! \d)
    | ^ sha256:0{{64}} $ | ^ 0{{21}} $ | CERTIFICATE----- \s+ A{{64}}
    | (^|/) (example|sample) - | ^ (my-)? project (-id)? $
    """,
    re.VERBOSE,
)


def placeholders(tree: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """The path and the text of each sample in a tree of plain data."""
    if isinstance(tree, str) and SAMPLE.search(tree):
        yield path, tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from placeholders(value, (*path, key))
    elif isinstance(tree, list):
        for position, value in enumerate(tree):
            yield from placeholders(value, (*path, position))
