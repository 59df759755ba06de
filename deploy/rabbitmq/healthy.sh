#!/bin/bash
# Exit status 0 when RabbitMQ lets clients in: the AMQP port is open and the management port answers a request.
# The command-line tools would start a whole Erlang machine for every check.
set -eu
exec 3<>/dev/tcp/127.0.0.1/5672
exec 4<>/dev/tcp/127.0.0.1/15672
printf 'GET / HTTP/1.0\r\nHost: localhost\r\n\r\n' >&4
IFS= read -r -t 5 status <&4
[[ "$status" == HTTP/1.?' 200 '* ]]
