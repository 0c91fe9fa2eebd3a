"""What has no customer-managed key, what everybody may read, and what answers: exceptions, by logical name."""

from collections.abc import Mapping

EXEMPTIONS: Mapping[str, str] = {
    "edge-switch-bucket": (
        "health checkers take an object that a disabled key makes unreadable for an absent one: DNS would move back to "
        "a fenced primary"
    ),
}
"""Stores without a key of ours, because Google Cloud refuses one there or it would defeat their purpose."""

PUBLIC: Mapping[str, str] = {
    "edge-switch-readers": "Route 53's health checkers read the switch object, and they have no identity",
}
"""Grants to everybody on the internet."""

ANSWERING: Mapping[str, str] = {
    "cluster-cluster": (
        "the control plane's DNS endpoint is Google's front end, as for all its APIs: it asks IAM before the cluster "
        "hears anything, and lets a person with gcloud alone in on the day"
    ),
}
"""What answers on the internet beside load balancers and the switch object, and whom it lets in."""
