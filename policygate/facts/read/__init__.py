"""One file format each: `read(path, data)` says what one file says."""
