"""Tests of running systems. A package, so that its fixtures end with it: a system that nobody uses any more still costs CPU."""
