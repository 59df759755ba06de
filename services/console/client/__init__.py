"""Talks to a system from outside, over HTTP and AMQP."""
