"""Languages that several readers meet, parsed with positions in the file: shell and YAML."""
