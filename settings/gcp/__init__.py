"""Settings of the Google Cloud components: one module a concern, each default safe for production."""
