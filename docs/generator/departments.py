"""What a department's programmer has to know beside the tables: delivery, order, answers."""

from __future__ import annotations

DELIVERY = """\
Store, acknowledge, then work: write a message into a store of your own, acknowledge it at once, and work from the store. The
broker closes a channel on which a message waits for its acknowledgement longer than 30 minutes (`consumer_timeout`), and
delivers it again. A second copy has the same `message_id`. The AMQP property `type` is the type of the event."""
ORDER = """\
`sequence` counts what one `source` has said of one `subject`, the opinion: of two messages the higher number is newer, and
numbers that are missing went to others. 0 stands for what has no order: answers to commands, changes of the calendar. A copy
that routing makes for a department (a rating; open work sent again) has the number of the last message before it. One program
on a queue gets its messages in order. Two share
them, and order is lost: compare `sequence`, or have one program active at a time. The operator allows the department's user one
connection, `rabbitmqctl set_user_limits department-CODE '{"max-connections": 1}'`; a second program is refused with 530 until the
first is gone, and tries again. The flag `exclusive` does not help: quorum queues of RabbitMQ 3.10 do not keep to it."""
ANSWERS = """\
Every command ends in exactly one answer in the
department's queue, `command.accepted` or `command.rejected`, with the command's id as `correlation_id`. A refused command had
no effect: its id may be used again with another body. The same id with the same `data` gets the same answer, under the same
`message_id`; an id that was carried out is refused for anything else with `id-used`. What cannot be read is answered too,
because the routing key says whose it is. A body is UTF-8, whatever charset it declares; GBK is refused with `not-utf8`."""
COMMANDS_GUIDE = f"""\
## For departments

{DELIVERY}

{ORDER}

## Commands

A department publishes to `huiying.commands` with the routing key `<department>.<verb>` and the AMQP property `type`
`command.<verb>`; `data` is `{{"assignment": "…"}}` and the fields of the verb. The id is the AMQP `message_id`, or else the
body's `id`: at most 64 printable characters.

{ANSWERS}

`resync` names no assignment: all open work of the department comes again, as it stands, under the ids it had (the id of
`assignment.created` is the assignment's, that of `promise.made` the promise's). `POST /assignments/resync` does the same.
"""
