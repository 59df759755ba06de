"""LAW: how a service runs. Knows Flask, kombu, pika, SQLAlchemy and Prometheus; knows no business word."""
