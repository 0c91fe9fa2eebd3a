"""Register the configuration as the inputs of a component, where both engines print it."""

import pulumi
from pulumi.runtime.config import get_config_env, get_config_secret_keys_env

plain = {key: value for key, value in get_config_env().items() if key not in get_config_secret_keys_env()}
pulumi.ComponentResource("scalars:index:Seen", "seen", {"plain": plain, "secret": get_config_secret_keys_env()})
