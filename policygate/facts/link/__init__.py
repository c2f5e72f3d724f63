"""Facts that need more than one file: `link(files, config, go)` adds its own to the Go facts."""
