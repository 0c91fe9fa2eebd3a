"""Rules for what a stack may hold, and the policy pack that applies them."""
