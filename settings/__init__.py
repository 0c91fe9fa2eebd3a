"""The settings of every stack: typed, checked before the first resource, and frozen."""

from settings.loader import load, load_secrets
from settings.problems import SettingsError

__all__ = ["SettingsError", "load", "load_secrets"]
