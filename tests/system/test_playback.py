"""The whole circle on the running product: imported, misrouted, objected to, ruled on, and not misrouted again."""

import csv
import json

from tests.system.played import rows


def test_the_share_of_wrong_routings_falls_from_week_to_week_in_the_products_own_statistics(idle, tmp_path):
    path = tmp_path / "labelled.csv"
    told = rows(36)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, told[0])
        writer.writeheader()
        writer.writerows(told)
    first, *_, last = weeks = json.loads(idle.measure("playback", str(path), "--weeks", "3", "--json", seconds=1200))
    assert [each["opinions"] for each in weeks] == [12, 12, 12]
    # Of every four, the keywords of one name another department than whose duty it is.
    assert (first["wrong"], first["share"]) == (3, 0.25)
    assert last["wrong"] == 0
    assert {each["trained"] for each in weeks} == {"too_few"}
    assert idle.pids() == {}
