"""Components of the Google Cloud standby region."""
