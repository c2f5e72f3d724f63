"""Ask Rego for a decision."""
