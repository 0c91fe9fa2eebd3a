"""The settings of every stack: typed, checked before the first resource, and frozen; `settings.loader` reads them."""
