"""A department's program: store, acknowledge, then work. usage: department.py URL CODE FILE"""

import json
import os
import sys
import time
import uuid

import pika
import pika.exceptions

URL, CODE, FILE = sys.argv[1:]
charset = os.environ.get("CHARSET", "utf-8")
heard, waiting = set(), []


def write(line):
    with open(FILE, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def remember():
    """What was heard before, and what of it is still to be done."""
    done = set()
    if os.path.exists(FILE):
        with open(FILE, encoding="utf-8") as file:
            lines = [json.loads(line) for line in file if line.endswith("\n")]
        done = {line["done"] for line in lines if "done" in line}
        for line in lines:
            if "heard" in line and line["heard"] not in heard:
                heard.add(line["heard"])
                waiting.append((line["heard"], line["event"]))
    waiting[:] = [each for each in waiting if each[0] not in done]


def send(channel, assignment, verb, data, encoding="utf-8"):
    command = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{assignment}/{verb}"))
    body = {
        "specversion": "1.0",
        "id": command,
        "type": f"command.{verb}",
        "source": f"/departments/{CODE}",
        "data": {"assignment": assignment, **data},
    }
    properties = pika.BasicProperties(
        message_id=command, type=f"command.{verb}", delivery_mode=2, content_type="application/cloudevents+json"
    )
    raw = json.dumps(body, ensure_ascii=False).encode(encoding)
    channel.basic_publish("huiying.commands", f"{CODE}.{verb}", raw, properties, mandatory=True)


def work(channel, event):
    kind, data = event["type"], event["data"]
    assignment, what = data.get("assignment"), f"{data.get('verb')} {data.get('code')}"
    if kind == "assignment.created":
        send(channel, assignment, "sign", {})
    elif kind in ("command.accepted", "command.rejected"):
        print(json.dumps({"verb": data["verb"], "code": data["code"], "command": data["command"]}), flush=True)
        if what == "sign accepted":
            send(channel, assignment, "progress", {"content": "已派单。"}, charset)
        elif what == "progress not-utf8":
            # What cannot be read names no assignment: ask your own records, here the file, whose command it was.
            send(channel, of_command(data["command"]), "progress", {"content": "已派单。"})
        elif what == "progress accepted":
            send(channel, assignment, "reply", {"content": "已修好。"})
        elif what == "reply invalid":
            send(channel, assignment, "reply", {"content": "已修好。", "outcome": "solved"})


def of_command(command):
    names = {each["data"].get("assignment") for each in events()}
    return next(name for name in names if name and str(uuid.uuid5(uuid.NAMESPACE_URL, f"{name}/progress")) == command)


def events():
    with open(FILE, encoding="utf-8") as file:
        return [line["event"] for line in map(json.loads, file) if "event" in line]


def serve(connection):
    incoming, outgoing = connection.channel(), connection.channel()
    incoming.basic_qos(prefetch_count=20)
    outgoing.confirm_delivery()
    while waiting:
        finish(outgoing)
    for method, properties, body in incoming.consume(f"department.{CODE}"):
        if properties.message_id not in heard:
            event = json.loads(body)
            write({"heard": properties.message_id, "event": event})
            heard.add(properties.message_id)
            waiting.append((properties.message_id, event))
        if os.environ.get("CRASH") == "before-ack":
            os._exit(9)
        incoming.basic_ack(method.delivery_tag)
        while waiting:
            finish(outgoing)


def finish(channel):
    work(channel, waiting[0][1])
    write({"done": waiting.pop(0)[0]})


remember()
while True:
    try:
        with pika.BlockingConnection(pika.URLParameters(URL)) as connection:
            serve(connection)
    except pika.exceptions.AMQPError as error:
        print(f"trying again: {error!r}", file=sys.stderr, flush=True)
    time.sleep(1)
