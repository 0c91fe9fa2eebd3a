"""The shapes of ids, ARNs and other computed values, where a shape decides something.

`TEMPLATES` has templates by path for a resource type or a whole package. A path is `id`, an output (`endpoint`),
or a field within one (`vpcConfig.clusterSecurityGroupId`; lists need no index). What is listed is filled in even
where the program gave the object around it, so this is also the list of nested fields that providers compute.
None takes back what the package lists. Any other value is made by the last part of its path: see `default`.

Words in a template:

- `{hex}`, `{HEX}`, `{digits}`: a hash of URN and path, cut by a format (`{hex:.17}`); `{uuid}` from the same;
- `{octet}`, `{octets}`: one or two bytes of an address; `{publicAddress}`: a whole one, of the resource's `ipVersion`;
- `{auto}`: the name that Pulumi makes when none is given; `{label}`: the name the resource has in its cloud;
- `{kind}` (`nodeGroup`), `{service}` (`eks`), `{property}` (end of the path), `{host}` (`url`, no scheme);
- `{account}`, `{region}`, `{partition}`, `{project}`, `{zone}`: where the resource is;
- a property by name (`{clusterName}`, `{id}`): of the object that the path is in, or else of the resource.

Sources: the TypeScript declarations of pulumi-aws, which mark nested fields that are computed (Python's do not);
the AWS Service Authorization Reference for ARNs; the EC2 and EKS API references for ids and endpoints; the
import sections of the Terraform providers that Pulumi bridges for what each takes as an id.
"""

from __future__ import annotations

import functools
import re

from preview.shapes import aws, gcp, kubernetes

SAMPLES = {
    "account": "123456789012",
    "project": "sample-project",
    "aws:region": "us-east-1",
    "gcp:region": "us-central1",
}
"""What stands in where neither the resource nor its provider says it."""

SERVICES = aws.SERVICES

TEMPLATES: dict[str, dict[str, str | None]] = {"kubernetes": kubernetes.OBJECT} | {
    f"{package}:{token}": templates
    for package, module in (("aws", aws), ("gcp", gcp), ("kubernetes", kubernetes))
    for token, templates in module.templates().items()
}

_DEFAULTS = (
    ("id", "{label}"),
    ("(policy|assumeRolePolicy|.*PolicyDocument)", '{{"Version": "2012-10-17", "Statement": []}}'),
    (".*[iI]pv6(Address(es)?|Cidr|CidrBlocks?)?", "2001:db8:{hex:.4}::{octet}"),
    (".*(Cidr|CIDR|Range)(Blocks?)?", "10.{octets}.0/24"),
    ("(.*[pP]ublicIp|.*[iI]pAddress(es)?|.*Ip|ip|tunnel\\d(Address))", "203.0.113.{octet}"),
    (".*[pP]rivateIp|.*InsideAddress", "10.{octets}.{octet}"),
    (
        ".*([eE]ndpoint|[aA]ddress|[dD]nsName|[hH]ostname|[dD]omainName|[fF]qdn)",
        "{label}-{hex:.8}.example.com",
    ),
    (".*(Ur[il]|URL|url|uri)", "https://{label}-{hex:.8}.example.com"),
    (
        ".*([cC]reat(ed|ion)|[uU]pdated?|[mM]odified|Date|Time|Timestamp|Till)(At|Date|Time|Timestamp)?",
        "2025-01-01T00:00:00Z",
    ),
    ("status|state", "ACTIVE"),
    (".*", "{property}-{hex:.8}"),
)
"""Templates by the last part of the path, for every package; its own come first, and the first match counts."""

_PACKAGE_DEFAULTS = {"aws": aws.DEFAULTS, "gcp": gcp.DEFAULTS}


@functools.cache
def default(package: str, path: str) -> str:
    """Return the template for a path that no type lists."""
    name = path.rpartition(".")[2]
    rules = (*_PACKAGE_DEFAULTS.get(package, ()), *_DEFAULTS)
    return next(template for pattern, template in rules if re.fullmatch(pattern, name))
