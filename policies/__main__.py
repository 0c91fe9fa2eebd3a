"""Entry point of the policy pack."""

from guardrails.pack import serve

serve()
