"""From any text or setting to the endpoint that it names."""
