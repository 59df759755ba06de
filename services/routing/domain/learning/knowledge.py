"""All that an installation has learned: a model, and the rulings since. It advises; the router decides. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from services.contracts.basis import Basis, Rule
from services.contracts.messages.values import Learned, Likely, Why
from services.routing.domain.learning.features import ReadText, read
from services.routing.domain.learning.model import Model
from services.routing.domain.learning.precedents import Precedents
from services.routing.domain.learning.ruled import Near, RuledText


@dataclass(slots=True)
class Knowledge:
    """What is known now. `version` is the model's number, 0 without one."""

    model: Model | None = None
    version: int = 0
    precedents: Precedents = field(default_factory=Precedents)

    def remember(self, rulings: Sequence[RuledText]) -> None:
        """Take in rulings that the model was trained on, oldest first: they are precedents."""
        self.precedents.add([(each.case, read(each.title, each.content).counted) for each in rulings])

    def learn(self, rulings: Sequence[RuledText]) -> None:
        """Take in newer rulings: they are precedents, and the model makes a step for each."""
        texts = [(each.case, read(each.title, each.content).counted) for each in rulings]
        self.precedents.add(texts)
        if (model := self.model) is not None:
            for case, text in texts:
                model.learn(model.weigh(text), case.belongs)

    def about(self, title: str, content: str) -> Inquiry:
        """What is known of a text."""
        return Inquiry(self, title, content)


class Inquiry:
    """What is known of one text; it is read once, when the first of that is wanted."""

    def __init__(self, knowledge: Knowledge, title: str, content: str) -> None:
        self._knowledge, self._title, self._content = knowledge, title, content

    @cached_property
    def _text(self) -> ReadText:
        return read(self._title, self._content)

    def advise(self, points: Mapping[str, float]) -> tuple[str, Why] | None:
        """The department that the text is for, and why; None where nothing was learned that says anything of it."""
        known, model = self._knowledge, self._knowledge.model
        judged = model.judge(model.weigh(self._text.counted), points) if model else None
        likely = tuple(Likely(label, chance) for label, chance in judged.likely) if judged else ()
        ruled = known.precedents.ruled(self._text.counted)
        if ruled is not None:
            target, share, newest = ruled
            return target, Rule(Basis.PRECEDENT, newest.reason).why(round(share, 2), Learned(known.version, likely))
        if model is None or judged is None:
            return None
        words = model.words_for(judged.label, self._text)
        return judged.label, Rule(Basis.LEARNED, "、".join(words)).why(judged.confidence, Learned(known.version, likely, words))

    def nearest(self) -> list[Near]:
        """The rulings nearest to the text."""
        return self._knowledge.precedents.nearest(self._text.counted)

    def speaking(self, departments: Sequence[str]) -> list[tuple[str, ...]]:
        """The words of the text that speak for each of these departments; none for one that the model does not have."""
        model = self._knowledge.model
        if model is None:
            return [()] * len(departments)
        return [model.words_for(each, self._text) if each in model.labels else () for each in departments]
