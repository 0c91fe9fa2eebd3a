"""Settings of the public edge: DNS, certificates, content delivery, firewall, and the partners' way in."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from settings.types import (
    RFC_1918,
    Cidr,
    LogRetentionDays,
    Model,
    Refusal,
    matching,
    one_of,
)

MANAGED_RULE_GROUPS: Mapping[str, str] = {
    "reputation": "AWSManagedRulesAmazonIpReputationList",
    "anonymous": "AWSManagedRulesAnonymousIpList",
    "core": "AWSManagedRulesCommonRuleSet",
    "known_bad_inputs": "AWSManagedRulesKnownBadInputsRuleSet",
    "sql_injection": "AWSManagedRulesSQLiRuleSet",
    "bot_control": "AWSManagedRulesBotControlRuleSet",
}
"""AWS's rule groups, in the order in which they judge: cheap ones first."""

ORIGIN_SHIELD_REGIONS = (
    "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "eu-central-1", "eu-west-1",
    "eu-west-2", "sa-east-1", "us-east-1", "us-east-2", "us-west-2",
)  # fmt: skip

SourceId = Annotated[
    str,
    *matching(
        r"(pl|sg)-[0-9a-f]{8,17}",
        "a security group's rule can name no such source, so CloudFront would not reach the platform",
        "write the id of a prefix list (pl-…) or of a security group (sg-…)",
    ),
]

PathPattern = Annotated[
    str,
    *matching(
        r"/[\w./~*?-]{0,254}", "CloudFront refuses it as a path pattern", "write one such as /static/*, in quotes"
    ),
]

RuleName = Annotated[
    str,
    *matching(
        r"[A-Za-z0-9_-]{1,128}", "no rule has such a name", "write it as AWS does, such as SizeRestrictions_BODY"
    ),
]

PrincipalArn = Annotated[
    str,
    *matching(
        r"arn:aws:iam::\d{12}:(root|(role|user)/[\w+=,.@/-]{1,512})",
        "it names no account, role or user, so that nobody could connect",
        "write arn:aws:iam::<account>:root, or a role of it",
    ),
]


class FirewallSettings(Model):
    """The web application firewall."""

    bot_control: Literal["none", "common", "targeted"] = "none"
    """AWS's bot control, billed by request; it also blocks programs that are no browsers, such as an API's clients."""

    counted_rules: Annotated[
        Mapping[
            Annotated[
                str,
                *one_of(
                    tuple(MANAGED_RULE_GROUPS),
                    "no rule group of this name is used",
                    f"use {', '.join(MANAGED_RULE_GROUPS)}",
                ),
            ],
            tuple[RuleName, ...],
        ],
        Field(default_factory=dict),
    ]
    """Rules that only count, by rule group: for those that block what the platform's own clients send."""

    log_retention_days: LogRetentionDays = 90
    """Days for which the firewall's decisions are kept."""


def _ranges_are_partners(cidrs: tuple[Cidr, ...]) -> tuple[Cidr, ...]:
    for position, cidr in enumerate(cidrs):
        if cidr.prefixlen < 24:
            raise Refusal(
                f"{cidr.num_addresses} addresses would pass the firewall by", "name ranges of /24 or narrower",
                at=(position,),
            )  # fmt: skip
        if any(cidr.overlaps(private) for private in RFC_1918):
            raise Refusal(
                "an internet-facing load balancer never sees a private address",
                "name the partner's public range",
                at=(position,),
            )
    return cidrs


PartnerRanges = Annotated[tuple[Cidr, ...], AfterValidator(_ranges_are_partners), Field(max_length=50)]
"""Public ranges of partners, narrow enough to be theirs alone."""


def kind_has_its_list(settings: Model, kind: str, lists: Mapping[str, str]) -> None:
    """Refuse partners' settings whose list of the admitted is empty, or belongs to another kind; `lists` by kind."""
    for each, key in lists.items():
        given = bool(getattr(settings, key))
        if kind == each and not given:
            raise Refusal("nobody could connect", f"fill {key}, or set kind to none", at=(key,))
        if kind != each and given:
            raise Refusal(f"it has no effect with kind {kind}", f"set kind to {each}, or empty it", at=(key,))


class PartnerSettings(Model):
    """How partners reach the platform without the content delivery network."""

    kind: Literal["none", "private_link", "allow_list"] = "none"
    """Not at all, by PrivateLink from their own VPC, or by an internet-facing load balancer with an allow-list."""

    allowed_principals: tuple[PrincipalArn, ...] = ()
    """Who may ask for a PrivateLink connection; each is accepted by hand."""

    allowed_cidrs: PartnerRanges = ()
    """Public ranges of the partners, none wider than /24."""

    @model_validator(mode="after")
    def _kind_has_its_list(self) -> "PartnerSettings":
        kind_has_its_list(self, self.kind, {"private_link": "allowed_principals", "allow_list": "allowed_cidrs"})
        return self


class EdgeSettings(Model):
    """How the internet reaches the platform."""

    cloudfront_source: SourceId
    """Whom the load balancer admits: CloudFront's prefix list in this region, or the group of its VPC origins."""

    cached_paths: Annotated[tuple[PathPattern, ...], Field(max_length=20)] = ("/static/*",)
    """Paths that are cached where the origin's Cache-Control allows it; nothing else is cached."""

    content_security_policy: Annotated[str, Field(min_length=1, max_length=2048)] = (
        "base-uri 'self'; frame-ancestors 'none'; object-src 'none'; upgrade-insecure-requests"
    )
    """Content-Security-Policy of answers that bring none of their own."""

    price_class: Literal["PriceClass_All", "PriceClass_200", "PriceClass_100"] = "PriceClass_All"
    """From which of CloudFront's locations users are served."""

    origin_shield: (
        Annotated[
            str,
            *one_of(
                ORIGIN_SHIELD_REGIONS,
                "CloudFront has no Origin Shield there",
                f"use {', '.join(ORIGIN_SHIELD_REGIONS)}",
            ),
        ]
        | None
    ) = None
    """Region of a further cache between CloudFront and the platform; of use only with much under `cached_paths`."""

    exportable_certificate: bool = True
    """Issues a certificate, billed by name, whose key the mesh gateway can fetch; false where it gets its own."""

    shield_advanced: bool = False
    """Protects the distribution and the zone by Shield Advanced, to which the account must have subscribed."""

    query_log_retention_days: LogRetentionDays = 90
    """Days for which DNS queries are kept."""

    access_log_retention_days: LogRetentionDays = 365
    """Days for which CloudFront's access log is kept."""

    firewall: FirewallSettings = FirewallSettings()
    """The web application firewall."""

    partners: PartnerSettings = PartnerSettings()
    """How partners reach the platform."""

    @field_validator("origin_shield")
    @classmethod
    def _shield_has_something_to_cache(cls, region: str | None, info: ValidationInfo) -> str | None:
        if region and not info.data.get("cached_paths", True):
            raise Refusal("nothing is cached, so that it only costs", "name cached_paths, or remove it")
        return region
