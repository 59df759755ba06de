"""Huiying 回应: four services that close the loop on what people tell their congress."""

VERSION = "0.1.0"
