"""Where counts are kept: the protocol, and a store for each kind of server."""
