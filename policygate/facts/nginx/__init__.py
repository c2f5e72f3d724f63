"""Nginx configurations: what is written, which location answers, and what stands behind it."""
