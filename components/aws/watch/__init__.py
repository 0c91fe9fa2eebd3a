"""What is watched: which metric of which resource is a fault at which value, who is told, and why.

Data alone: `components.aws.alarms` makes alarms of it and `components.aws.dashboard` draws it. To watch one more
resource, call its function with its identifiers.
"""
