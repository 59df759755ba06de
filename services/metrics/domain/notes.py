"""What a reader of the published numbers has to know beside the formulas."""

from __future__ import annotations

from collections.abc import Mapping

#: Chinese and English.
NOTES: Mapping[str, tuple[str, str]] = {
    "as_of": (
        "每件事从本系统记录到它的时刻起计入；某一时刻的数字，无论以后什么时候再查都一样，归属（单位、级别、主题、重点等）也按当时的算。",
        "Everything counts from when it was recorded. As of an instant, figures and groups read the same for ever.",
    ),
    "overdue": (
        "逾期未答复的计入按期办结率的分母；是否逾期看当时有效的期限，挂起期间没有期限，不算逾期。",
        "Open overdue cases count against the rate in time; judged by the deadline in force then, of which a paused case has none.",
    ),
    "assigned": (
        "退办转办、撤回和并案的交办到此为止，不再算主办、在办或逾期；退办率以全部交办为分母，一件只算一次。",
        "What is reassigned, withdrawn or merged is assigned and open no longer; objections are a share of all assignments made.",
    ),
    "reopened": (
        "重办的在再次答复之前算在办；办结后又重办的，从重办时起不再算办结。",
        "A reopened case is open until it is answered again; if it was concluded, it is so no more from then on.",
    ),
    "roles": (
        "协办和分别办理单列，不计入主办的各项比率。",
        "Co-handlers and separate handlers are counted apart and are in none of the rates of the leads.",
    ),
    "ratings": (
        "一次答复有几个人测评的，取各人最近一次测评中最低的；追评代替本人先前的测评。首次测评另列，不因重办或追评而改变。",
        "Of several who rate one reply, the lowest latest rating counts. A case's first rating is shown too, whatever comes later.",
    ),
    "sanctions": (
        "督办、约见、通报批评，同一次督办各只计一次，由阶梯发出还是由督政议事会作出都一样。",
        "A supervision counts once, and once as a summons and as criticism, whether the ladder or a meeting made it so.",
    ),
    "duties": (
        "转递、认领、反馈到期未做的计入按时率的分母，补做后算逾期完成；撤销的不计。计在意见所经的代表名下。",
        "What people owe and have not done by its limit counts against their rates, for the deputy through whom the opinion came.",
    ),
    "promises": (
        "承诺兑现率＝到期承诺中按期兑现的／到期承诺；未到期的不计，到期后才兑现的算未兑现。",
        "Promises are judged once they are due; what is kept after its date counts as not kept.",
    ),
    "times": (
        "答复用时是首次答复所用的工作日，不扣除挂起的时间；还没有答复的按已等待的天数一并估计（Kaplan–Meier）；“>”表示比这更久。",
        "Working days to the first reply, pauses included; those who wait are counted in (Kaplan–Meier); “>” means longer.",
    ),
}
