"""Read the stack's settings, build the stack, export what it tells others."""

from importlib import import_module

import pulumi

from settings.loader import load

stack = pulumi.get_stack()
checked = load(stack)
# By name, and only now: a wrong setting is refused before any SDK is imported, and dr never imports AWS's.
for name, value in import_module(f"stacks.{stack}").build(checked).items():
    pulumi.export(name, value)
