"""Makes moves on a county and compares each with the life cycle's tables: what they have is done, what they lack is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from services.contracts.commands import VERBS
from services.contracts.lifecycle import CO_TRANSITIONS, TRANSITIONS, CoState, Move, State
from services.contracts.messages.commands import CommandRejected
from tests.integration.whole.county import County

TABLE = {(row.state, row.move): row.to for row in TRANSITIONS}
CO_TABLE = {(row.state, row.move): row.to for row in CO_TRANSITIONS}
#: Moves that the table allows and a rule of the catalogue may still refuse: windows, caps, things that were not asked for.
GUARDED = frozenset({
    Move.OBJECT, Move.EXTEND, Move.GRANT, Move.REFUSE, Move.PAUSE, Move.KEEP, Move.EVALUATE, Move.MERGE, Move.WITHDRAW, Move.RAISE,
})  # fmt: skip
OK, REFUSED = (200, 201), (403, 404, 409, 422)


@dataclass
class Told:
    """One opinion, as its submitter knows it."""

    opinion: str
    receipt: str


@dataclass(frozen=True)
class Standing:
    """Where one opinion stands: its state, and its lead's assignment once there is one."""

    told: Told
    state: State
    lead: Mapping[str, Any] | None


@dataclass
class Walker:
    """Who makes moves, and what came of them."""

    county: County
    told: list[Told] = field(default_factory=list)
    tried: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)

    def submit(self, topic: str, channel: str) -> None:
        """One more opinion."""
        body = {"title": "请来看看", "content": f"第{len(self.told) + 1}件。", "topic": topic, "channel": channel}
        status, answer = self.county.post("/opinions", body, None if channel == "web" else "reviewer")
        assert status == 201, answer
        self.told.append(Told(answer["id"], answer["receipt"]))

    def state(self, told: Told) -> State:
        """Where the opinion stands for intake."""
        return State(self.county.get(f"/opinions/{told.opinion}")[1]["state"])

    def lead(self, told: Told) -> Mapping[str, Any] | None:
        """The assignment of its lead department, once there is one."""
        items = self.county.get("/assignments", opinion=told.opinion)[1]["items"]
        return next((row for row in items if row["role"] == "lead" and row["state"] != "reassigned"), None)

    def helpers(self, told: Told) -> list[Mapping[str, Any]]:
        """The assignments of co-handlers and separate handlers."""
        return [row for row in self.county.get("/assignments", opinion=told.opinion)[1]["items"] if row["role"] != "lead"]

    def standings(self) -> list[Standing]:
        """Where all opinions stand, which holds until the next move."""
        rows = self.county.get("/assignments", role="lead", limit=500)[1]["items"]
        leads = {row["opinion"]: row for row in rows if row["state"] != "reassigned"}
        found = ((told, leads.get(told.opinion)) for told in self.told)
        return [Standing(told, State(row["state"]) if row else self.state(told), row) for told, row in found]

    def suited(self, move: Move, standings: Iterable[Standing]) -> list[Told]:
        """The opinions for which the move is possible."""
        return [standing.told for standing in standings if self.suits(standing, move)]

    def suits(self, standing: Standing, move: Move) -> bool:
        """Whether the move is possible where the opinion stands, as far as that can be seen from outside."""
        if (standing.state, move) not in TABLE:
            return False
        row = standing.lead
        if move in (Move.GRANT, Move.REFUSE):
            return row is not None and row["asked_until"] is not None
        return move is not Move.KEEP or (row is not None and self.promised(row["id"]))

    def promised(self, assignment: str) -> bool:
        """Whether a promise of the assignment is still to be kept."""
        return bool(self.county.get("/promises", assignment=assignment, state="open")[1]["items"])

    def judge(self, state: State, move: Move, status: int, answer: Any, after: State) -> None:
        """Compare what happened with the table."""
        self.tried[move] = self.tried.get(move, 0) + 1
        expected = TABLE.get((state, move))
        if status in OK:
            assert expected is not None, f"{move} was made in {state}, which the table does not have"
            assert after == expected, f"{move} led from {state} to {after} instead of {expected}"
            self.done[move] = self.done.get(move, 0) + 1
        else:
            assert status in REFUSED, (status, answer)
            assert after == state, f"a refused {move} led from {state} to {after}"
            assert expected is None or move in GUARDED, f"{move} was refused in {state}: {answer}"
            if expected is None and status == 409 and "Allowed now" in answer.get("detail", ""):
                # A department is told what departments may do, the office what all may.
                theirs = {row.move for row in TRANSITIONS if row.state is state} & (set(VERBS) if move in VERBS else set(Move))
                # A promise is kept where one is left.
                theirs.discard(Move.KEEP)
                assert all(str(each) in answer["detail"] for each in theirs)

    def office(self, told: Told, move: Move, body: Mapping[str, Any]) -> None:
        """A reviewer's move over HTTP."""
        before = self.state(told)
        status, answer = self.county.post(f"/opinions/{told.opinion}/{move}", body, "reviewer")
        self.judge(before, move, status, answer, self.state(told))

    def submitter(self, told: Told, move: Move, path: str, body: Mapping[str, Any]) -> None:
        """A move with the receipt."""
        before = self.state(told)
        status, answer = self.county.post(f"/receipts/{told.receipt}/{path}", body)
        if move is Move.COMPLETE and before is State.PAUSED:
            # The case goes on when routing has heard of it.
            assert status in OK
            return
        self.judge(before, move, status, answer, self.state(told))

    def department(self, told: Told, move: Move, verb: str, body: Mapping[str, Any], way: str) -> None:
        """A move of the lead department, over "http" or "amqp" or twice over "amqp"."""
        row = self.lead(told)
        if row is None:
            return
        before = State(row["state"])
        drafts = verb == "reply" and self.county.catalogue.departments[row["department"]].head_approval
        status, answer = self.send(row, verb, body, way)
        after = self.lead(told)
        assert after is not None
        self.judge(before, Move.DRAFT if drafts else move, status, answer, State(after["state"]))

    def send(self, row: Mapping[str, Any], verb: str, body: Mapping[str, Any], way: str) -> tuple[int, Any]:
        """Ask for a move; returns the status, or what the status would have been."""
        if way == "http":
            status, answer = self.county.post(f"/assignments/{row['id']}/{verb}", body, row["department"])
            return status, answer
        data = {"assignment": row["id"], **body}
        command = self.county.command(row["department"], verb, data, 2 if way == "amqp twice" else 1)
        self.county.consume("routing.commands")
        self.county.relay()
        refusals = [
            event.data for event in self.county.mail(row["department"])
            if isinstance(event.data, CommandRejected) and event.data.command == command
        ]  # fmt: skip
        assert len({refusal.detail for refusal in refusals}) <= 1
        return (409, {"detail": refusals[0].detail}) if refusals else (200, {})

    def staff(self, told: Told, move: Move, path: str, body: Mapping[str, Any], who: str) -> None:
        """A supervisor's or a head's move on the lead assignment, over HTTP."""
        row = self.lead(told)
        if row is None:
            return
        caller = f"head:{row['department']}" if who == "head" else who
        status, answer = self.county.post(f"/assignments/{row['id']}/{path}", body, caller)
        after = next(each for each in self.county.get("/assignments", opinion=told.opinion)[1]["items"] if each["id"] == row["id"])
        self.judge(State(row["state"]), move, status, answer, State(after["state"]))

    def helper(self, told: Told, verb: str, body: Mapping[str, Any], way: str) -> None:
        """A move of a co-handler or a separate handler."""
        for row in self.helpers(told)[:1]:
            move = Move(verb)
            before = CoState(row["state"])
            status, answer = self.send(row, verb, body, way)
            after = next(CoState(each["state"]) for each in self.helpers(told) if each["id"] == row["id"])
            expected = CO_TABLE.get((before, move))
            if status in OK:
                assert after == expected, f"{verb} led a helper from {before} to {after} instead of {expected}"
            else:
                assert after == before
                assert status in REFUSED, (status, answer)
                assert expected is None or move in GUARDED, f"{verb} was refused to a helper in {before}: {answer}"

    def pass_time(self, days: int) -> None:
        """Working days go by, and with them windows, caps and promises."""
        self.county.later(timedelta(days=days))
