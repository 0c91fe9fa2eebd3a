"""What a stack reads of another, by the contract of what the other exports."""

from typing import TypeVar, cast, get_type_hints

import pulumi

Exports = TypeVar("Exports")


def read(stack: str, contract: type[Exports]) -> pulumi.Output[Exports]:
    """The exports of another stack of this project, which are shaped as `contract` (of `stacks.contracts`).

    `read("prod", ProdExports)["transit"]["gatewayId"]` is an output. A key of the contract that the stack does not
    export fails the program, naming the two: the stack was last deployed before it had it, and must be deployed first.

    The other stack is `<organization>/<project>/<stack>`; a backend of one's own, such as a bucket, has but one
    organization, and calls it `organization`.
    """
    reference = pulumi.StackReference(f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}")
    found = pulumi.Output.all(**{key: reference.require_output(key) for key in get_type_hints(contract)})
    return cast("pulumi.Output[Exports]", found)
