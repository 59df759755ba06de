"""What a programmer would build for the same work: with Celery, with dramatiq, and a bare design that shares commits.

They run in an environment of their own (`peers.lock`), each as a web process and a worker, on PostgreSQL and RabbitMQ. An opinion
is checked, stored and answered with 201; a department is chosen, the assignment stored and sent to the department's queue. All are
honest: what was answered with 201 survives the end of any process.
"""
