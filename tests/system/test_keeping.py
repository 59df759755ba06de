"""`kill -9` under `huiying up`: what died is started again by itself, and `/readyz` and the series say so."""

import requests

from tests.system.installation import PROCESSES
from tests.system.place import eventually


def test_what_is_killed_comes_back_and_is_counted(strict):
    place = strict.place()
    for victim in ("routing", "broker", "web"):
        with strict.unkept():
            strict.kill(victim)
            if victim == "routing":
                answer = requests.get(f"{place.url}/readyz", timeout=60)
                assert (answer.status_code, answer.json()["routing"]["worker"]) == (503, "does not answer")
        eventually(lambda: set(strict.pids()) == set(PROCESSES), 60)
        eventually(lambda: ready(place), 60)
    series = place.series("/routing/metrics") | place.series("/metrics")
    for service, process in (("routing", "worker"), ("all", "broker"), ("all", "web")):
        labels = frozenset({("service", service), ("process", process)})
        assert series["huiying_process_restarts_total", labels] == 1.0


def ready(place):
    try:
        return requests.get(f"{place.url}/readyz", timeout=60).status_code == 200
    except requests.RequestException:
        return False
