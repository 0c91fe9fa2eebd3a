import pytest

from preview import urns
from preview.urns import Alias

STACK = "urn:pulumi:dev::sample::pulumi:pulumi:Stack::sample-dev"
NETWORK = "urn:pulumi:dev::sample::m:aws:Network::net"


def test_the_chain_of_types_leaves_the_stack_out():
    assert urns.make("dev", "sample", STACK, "m:aws:Network", "net") == NETWORK
    vpc = urns.make("dev", "sample", NETWORK, "aws:ec2/vpc:Vpc", "net-vpc")
    assert vpc == "urn:pulumi:dev::sample::m:aws:Network$aws:ec2/vpc:Vpc::net-vpc"
    assert urns.Urn.parse(vpc).type == "aws:ec2/vpc:Vpc"


def test_a_name_may_hold_the_separator():
    assert urns.Urn.parse("urn:pulumi:dev::sample::a:b:C::x::y").name == "x::y"


@pytest.mark.parametrize("text", ["", "net", "urn:pulumi:dev::sample", "arn:aws:s3:::bucket"])
def test_what_is_no_urn_is_refused(text):
    with pytest.raises(ValueError, match="is not a URN"):
        urns.Urn.parse(text)


@pytest.mark.parametrize(
    ("alias", "former"),
    [
        (Alias(name="old"), "urn:pulumi:dev::sample::m:aws:Network$a:b:C::old"),
        (Alias(type="a:b:Old"), "urn:pulumi:dev::sample::m:aws:Network$a:b:Old::net-c"),
        (Alias(no_parent=True), "urn:pulumi:dev::sample::a:b:C::net-c"),
        (Alias(parent=STACK), "urn:pulumi:dev::sample::a:b:C::net-c"),
        (Alias(stack="old", project="then"), "urn:pulumi:old::then::m:aws:Network$a:b:C::net-c"),
        (Alias(urn="urn:pulumi:x::y::a:b:C::z"), "urn:pulumi:x::y::a:b:C::z"),
    ],
)
def test_an_alias_changes_only_what_it_names(alias, former):
    current = "urn:pulumi:dev::sample::m:aws:Network$a:b:C::net-c"
    assert urns.aliases(current, NETWORK, [alias], []) == [former]


def test_children_follow_their_parents_former_name():
    current = "urn:pulumi:dev::sample::m:aws:Network$a:b:C::net-c"
    former_parent = "urn:pulumi:dev::sample::m:aws:Network::core"
    assert urns.aliases(current, NETWORK, [], [former_parent]) == [
        "urn:pulumi:dev::sample::m:aws:Network$a:b:C::core-c"
    ]
