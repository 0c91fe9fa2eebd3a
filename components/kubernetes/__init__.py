"""What runs in the clusters: the same components on both clouds."""
