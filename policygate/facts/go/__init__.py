"""What the go command makes of its settings: proxy lists, patterns, flags, paths and versions."""
