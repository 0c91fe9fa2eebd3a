"""What each region is made of: modules of one name tell the same story of both, and the stacks put them together."""
