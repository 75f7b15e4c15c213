"""Hostile inputs by the thousand, over HTTP, against a portal of its own: `make soak`. No part of the test suite."""
