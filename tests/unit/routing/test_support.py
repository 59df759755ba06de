"""附议 as the department of a case reads it: how many people support it, whatever the order in which that was told."""

from services.contracts.messages.opinions import OpinionSupported


def number(bureau, assignment, who="water"):
    return bureau.get(f"/assignments/{assignment}", who).get_json()["supporters"]


def test_the_department_reads_how_many_support_its_case(bureau):
    assignment = bureau.accept(opinion="o-1")
    assert number(bureau, assignment) == 0
    bureau.publish_to_routing("o-1", OpinionSupported(2, "given", "water"), 6)
    bureau.publish_to_routing("o-1", OpinionSupported(1, "given", "water"), 5)
    assert number(bureau, assignment) == 2
    bureau.publish_to_routing("o-1", OpinionSupported(1, "withdrawn", "water"), 7)
    assert number(bureau, assignment) == 1


def test_it_may_be_told_before_the_case_is_known(bureau):
    bureau.publish_to_routing("o-1", OpinionSupported(3, "given"), 4)
    assert number(bureau, bureau.accept(opinion="o-1")) == 3
