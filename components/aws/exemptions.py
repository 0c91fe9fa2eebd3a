"""What has no customer-managed key, because AWS refuses one there: the one table, by logical name."""

from collections.abc import Mapping

EXEMPTIONS: Mapping[str, str] = {
    "access-logs-bucket": "S3 delivers server access logs only to buckets with its own key, SSE-S3 "
    "(Amazon S3 User Guide, Enabling Amazon S3 server access logging)",
}
