"""Pure functions over a previewed graph: they know Pulumi, and nothing of this program."""
