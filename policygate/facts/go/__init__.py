"""What the go command makes of its settings: the GOPROXY list, module patterns, GOFLAGS, GOSUMDB, paths and versions."""
