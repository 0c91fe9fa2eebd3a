"""Components that stand on both clouds: links, replication, DNS."""
