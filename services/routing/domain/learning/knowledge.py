"""All that an installation has learned: a model, and the rulings since. It advises; the router decides. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.contracts.basis import Basis, Rule
from services.contracts.messages.values import Learned, Likely, Why
from services.routing.domain.learning.model import Model
from services.routing.domain.learning.precedents import Precedents
from services.routing.domain.learning.ruled import Near, RuledCase


@dataclass(slots=True)
class Knowledge:
    """What is known now. `version` is the model's number, 0 without one."""

    model: Model | None = None
    version: int = 0
    precedents: Precedents = field(default_factory=Precedents)

    def learn(self, cases: Sequence[RuledCase]) -> None:
        """Take in newer rulings: the model makes a step for each, and they are precedents."""
        self.precedents.add(cases)
        if (model := self.model) is not None:
            for each in cases:
                model.learn(model.read(each.title, each.content).vector, each.belongs)

    def advise(self, title: str, content: str, points: Mapping[str, float]) -> tuple[str, Why] | None:
        """The department that a text is for, and why; None where nothing was learned that says anything of it."""
        model = self.model
        read = model.read(title, content) if model else None
        judged = model.judge(read.vector, points) if model and read else None
        likely = tuple(Likely(label, chance) for label, chance in judged.likely) if judged else ()
        ruled = self.precedents.ruled(title, content)
        if ruled is not None:
            target, share, newest = ruled
            return target, Rule(Basis.PRECEDENT, newest.reason).why(round(share, 2), Learned(self.version, likely))
        if model is None or read is None or judged is None:
            return None
        words = model.words_for(judged.label, read)
        return judged.label, Rule(Basis.LEARNED, "、".join(words)).why(judged.confidence, Learned(self.version, likely, words))

    def nearest(self, title: str, content: str) -> list[Near]:
        """The rulings nearest to a text."""
        return self.precedents.nearest(title, content)
