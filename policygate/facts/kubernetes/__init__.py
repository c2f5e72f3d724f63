"""Kubernetes manifests: objects, what belongs together, and what NetworkPolicies let through."""
