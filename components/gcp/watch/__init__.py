"""What is watched: which metric of which resource is a fault at which value, who is told, and why.

Data alone: `components.gcp.alarms` makes alert policies of it and `components.gcp.dashboard` draws it. To watch one
more resource, call its function with its identifiers.
"""
