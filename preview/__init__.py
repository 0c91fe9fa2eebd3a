"""An embedded Pulumi engine: previews a Pulumi program in Python without a CLI, an account or a network.

`python -m preview` is the entry point; `preview.project`, `preview.stacks` and `preview.graph` are its parts that
other programs may use. It knows Pulumi, and nothing of the program that it previews.
"""
