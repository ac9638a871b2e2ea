"""The version, where every room can tell it."""

VERSION = "0.1.0"
