"""How departments work with the system: over either way, with a token or a broker user of their own."""

from uuid import uuid4

import pika
import pytest

from tests.patience import patient
from tests.system.place import API, eventually

#: What the broker closes a channel with: not allowed, or a name that is not the user's.
REFUSALS = (403, 406)
REPLY = {"content": "已处理完毕。", "outcome": "solved"}


def case(place, mail, topic):
    """Submit an opinion on a topic; returns the answer and the assignment's id."""
    submitted = place.submit(title="请来看看", topic=topic)
    return submitted, mail.wait("assignment.created", subject=submitted["id"]).data["assignment"]


def state_of(place, submitted):
    return place.receipt(submitted)["state"]


def test_an_opinion_without_a_topic_finds_its_department_by_its_words(place, mailbox):
    mail = mailbox()
    submitted = place.submit(title="快递送不到村里", content="包裹只放在镇上的邮局，投递员不进村。")
    created = mail.wait("assignment.created", subject=submitted["id"])
    assert created.queue == "department.post"
    assert "快递" in created.data["why"]["rule"]


def test_an_opinion_that_no_rule_knows_goes_to_the_fallback_department(place, mailbox):
    mail = mailbox()
    submitted = place.submit(title="你好", content="谢谢。")
    created = mail.wait("assignment.created", subject=submitted["id"])
    why = {"rule": "fallback", "confidence": 0.0, "learned": None}
    assert (created.data["why"], created.data["opinion"]["topic"]) == (why, None)
    preview = place.post("/routes/preview", {"title": "你好", "content": "谢谢。"}, token=place.admin_token)
    assert created.queue == f"department.{preview['department']}"


def test_an_administrator_can_act_over_http_for_a_department(place, mailbox):
    submitted, assignment = case(place, mailbox("telecom"), "telecom-services")
    path = f"/assignments/{assignment}"
    assert place.post(f"{path}/sign", {}, token=place.admin_token)["state"] == "signed"
    allowed = place.post(f"{path}/progress", {"content": "已派单。"}, token=place.admin_token)["allowed"]
    assert {"progress", "reply"} <= set(allowed)
    assert place.post(f"{path}/reply", REPLY, token=place.admin_token)["state"] == "replied"
    eventually(lambda: state_of(place, submitted) == "replied")
    assert "已派单。" in {moment["facts"].get("content") for moment in place.receipt(submitted)["timeline"]}
    assert place.get(path)["reply"] == REPLY["content"]


def test_a_department_works_over_http_with_a_token_of_its_own(fast, place, mailbox):
    submitted, assignment = case(place, mailbox("telecom"), "telecom-services")
    own = fast.token("--role", "department", "--department", "telecom")["token"]
    other = fast.token("--role", "department", "--department", "post")["token"]
    path = f"{API}/assignments/{assignment}"

    def ask(method, path, token, body=None):
        return place.ask(method, path, token, **({} if body is None else {"json": body}))

    assert ask("GET", path, other).status_code == 404
    assert ask("POST", f"{path}/sign", other, {}).status_code == 403
    assert ask("POST", f"{path}/sign", own, {}).status_code == 200
    assert ask("POST", f"{path}/sign", own, {}).status_code == 409
    assert {item["department"] for item in ask("GET", f"{API}/assignments", own).json()["items"]} == {"telecom"}
    assert ask("POST", f"{path}/reply", own, REPLY).status_code == 200
    eventually(lambda: state_of(place, submitted) == "replied")
    seen = ask("GET", f"{API}/opinions/{submitted['id']}", own).json()
    assert seen["state"] == "replied"
    assert ask("GET", f"{API}/opinions/{submitted['id']}", other).status_code == 404


def test_a_revoked_token_opens_nothing_any_more(fast, place):
    made = fast.token("--role", "reviewer")
    assert place.ask("GET", f"{API}/opinions", made["token"]).status_code == 200
    fast.run("token", "revoke", made["id"])
    eventually(lambda: place.ask("GET", f"{API}/opinions", made["token"]).status_code == 401)


def test_a_dissatisfied_submitter_gets_it_done_again(place, mailbox):
    mail = mailbox("gas")
    submitted, assignment = case(place, mail, "gas-supply")
    rate = f"/receipts/{submitted['receipt']}/evaluation"
    mail.command("gas.reply", {"assignment": assignment, "content": "无法办理。", "outcome": "declined"})
    eventually(lambda: state_of(place, submitted) == "replied")
    place.post(rate, {"result": "dissatisfied", "comment": "没有来人。"}, 201)

    reopened = mail.wait("assignment.reopened", assignment=assignment)
    assert (reopened.data["round"], reopened.data["reason"]) == (2, "没有来人。")
    eventually(lambda: state_of(place, submitted) == "reopened")
    place.post(rate, {"result": "satisfied"}, 409)

    mail.command("gas.reply", {"assignment": assignment, **REPLY})
    eventually(lambda: "evaluation" in place.receipt(submitted)["may"])
    assert place.receipt(submitted)["reply"]["content"] == REPLY["content"]
    place.post(rate, {"result": "satisfied"}, 201)
    eventually(lambda: state_of(place, submitted) == "concluded")
    told = [moment["what"] for moment in place.receipt(submitted)["timeline"]]
    assert (told.count("assignment.replied"), told.count("opinion.evaluated"), told.count("assignment.reopened")) == (2, 2, 1)


@pytest.mark.parametrize(
    ("key", "data", "named"),
    [
        ("gas.sign", {"assignment": "nothing"}, "no such assignment"),
        ("gas.dance", {"assignment": "nothing"}, "verb"),
        ("gas.sign", {}, "assignment"),
        ("gas.reply", {"assignment": "nothing", "content": "。", "outcome": "done"}, "outcome"),
        ("gas.reply", {"assignment": "nothing", "content": "。", "outcome": "solved", "colour": 1}, "colour"),
    ],
)
def test_a_refused_command_comes_back_with_its_id_and_the_reason(place, mailbox, key, data, named):
    mail = mailbox("gas")
    command = mail.command(key, data)
    rejected = mail.wait("command.rejected", command=command)
    assert (rejected.queue, rejected.data["verb"]) == ("department.gas", key.removeprefix("gas."))
    assert named in rejected.data["detail"] or named in rejected.data["errors"]


def test_a_command_that_is_out_of_turn_names_what_is_possible(place, mailbox):
    mail = mailbox("gas")
    _, assignment = case(place, mail, "gas-supply")
    mail.command("gas.sign", {"assignment": assignment})
    command = mail.command("gas.sign", {"assignment": assignment})
    rejected = mail.wait("command.rejected", command=command)
    assert "'signed'" in rejected.data["detail"]
    assert all(verb in rejected.data["detail"] for verb in ("progress", "reply"))


def test_another_department_s_assignment_is_out_of_reach(place, mailbox):
    mail = mailbox("gas", "post")
    submitted, assignment = case(place, mail, "gas-supply")
    command = mail.command("post.reply", {"assignment": assignment, **REPLY})
    assert mail.wait("command.rejected", command=command).queue == "department.post"
    eventually(lambda: state_of(place, submitted) == "assigned")


def test_the_same_command_twice_acts_once(place, mailbox):
    mail = mailbox("gas")
    submitted, assignment = case(place, mail, "gas-supply")
    command = str(uuid4())
    for _ in range(3):
        mail.command("gas.progress", {"assignment": assignment, "content": "已派单。"}, command)
    mail.command("gas.reply", {"assignment": assignment, **REPLY})
    eventually(lambda: state_of(place, submitted) == "replied")
    told = [moment["what"] for moment in place.receipt(submitted)["timeline"]]
    assert told.count("assignment.progressed") == 1
    mail.settle(0.5)
    assert mail.find(lambda letter: letter.type == "command.rejected" and letter.data["command"] == command) == []


def test_a_command_that_nobody_can_read_is_answered_and_harms_nobody(place, mailbox):
    mail = mailbox("gas")
    submitted, assignment = case(place, mail, "gas-supply")
    for body, code in ((b"{", "not-json"), ("{签收}".encode("gbk"), "not-utf8"), (b"[]", "not-object"), (b"", "not-json")):
        mail.send("gas.sign", body, command := str(uuid4()))
        rejected = mail.wait("command.rejected", command=command)
        assert (rejected.data["code"], rejected.properties.correlation_id) == (code, command)
        assert rejected.properties.type == "command.rejected"
    mail.command("moon.sign", {"assignment": assignment})
    command = mail.command("gas.sign", {"assignment": assignment})
    accepted = mail.wait("command.accepted", command=command)
    assert (accepted.data["assignment"], accepted.data["state"]) == (assignment, "signed")
    assert accepted.properties.correlation_id == command
    eventually(lambda: state_of(place, submitted) == "signed")


def test_a_corrected_command_may_keep_its_id(place, mailbox):
    mail = mailbox("gas")
    submitted, assignment = case(place, mail, "gas-supply")
    command = mail.command("gas.reply", {"assignment": assignment, "content": "已处理完毕。"})
    assert mail.wait("command.rejected", command=command).data["code"] == "invalid"
    mail.command("gas.reply", {"assignment": assignment, **REPLY}, command)
    assert mail.wait("command.accepted", command=command).data["state"] == "replied"
    mail.command("gas.reply", {"assignment": assignment, **REPLY, "content": "又一次。"}, command)
    eventually(lambda: state_of(place, submitted) == "replied")
    mail.wait("command.rejected", command=command, code="id-used")


def test_a_foreign_program_gets_and_acknowledges_message_by_message(place):
    submitted = place.submit(title="自来水发黄", topic="tap-water")
    connection = pika.BlockingConnection(patient(place.broker_url))

    def get(channel):
        def found():
            method, properties, body = channel.basic_get("department.water-supply")
            if method is None or submitted["id"].encode() in body:
                return method and (method, properties)
            channel.basic_ack(method.delivery_tag)
            return found()

        return eventually(found)

    channel = connection.channel()
    first, properties = get(channel)
    assert not first.redelivered
    channel.close()
    channel = connection.channel()
    again, same = get(channel)
    assert again.redelivered
    assert same.message_id == properties.message_id
    channel.basic_ack(again.delivery_tag)
    connection.close()


def test_a_department_s_broker_user_can_do_its_own_work_and_nothing_else(fast, place, mailbox):
    url = fast.run("department", "credentials", "gas").strip()
    submitted, _ = case(place, mailbox("post"), "parcels")

    def attempt(act):
        """Whether the broker lets the user do it."""
        connection = pika.BlockingConnection(patient(url))
        channel = connection.channel()
        channel.confirm_delivery()
        try:
            act(channel)
        except pika.exceptions.ChannelClosedByBroker as closed:
            return closed.reply_code not in REFUSALS
        finally:
            if connection.is_open:
                connection.close()
        return True

    def publish(exchange, key, user=None):
        properties = pika.BasicProperties(message_id=str(uuid4()), user_id=user)
        return lambda channel: channel.basic_publish(
            exchange, key, b'{"data": {"assignment": "nothing"}}', properties, mandatory=True
        )

    assert attempt(lambda channel: channel.basic_get("department.gas"))
    assert attempt(publish("huiying.commands", "gas.sign"))
    assert attempt(publish("huiying.commands", "gas.sign", "department-gas"))
    assert not attempt(publish("huiying.commands", "gas.sign", "department-post"))
    assert not attempt(publish("huiying.commands", "post.sign"))
    assert not attempt(publish("huiying.events", "assignment.created.gas"))
    assert not attempt(publish("huiying.departments", "department.post"))
    assert not attempt(lambda channel: channel.basic_get("department.post"))
    assert not attempt(lambda channel: channel.queue_declare("", exclusive=True))
    eventually(lambda: state_of(place, submitted) == "assigned")
