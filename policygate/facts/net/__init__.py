"""Endpoints, hosts, network policies and proxies: what configuration says of who talks to whom."""
