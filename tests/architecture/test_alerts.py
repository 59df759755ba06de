"""Every alert has a case that promtool runs, and every case is about an alert that there is."""

from __future__ import annotations

import yaml

from docs.generator.product import ROOT

FOLDER = ROOT / "deploy" / "prometheus"


def test_every_alert_is_seen_to_fire_by_a_case() -> None:
    rules = yaml.safe_load((FOLDER / "rules.yml").read_text())
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    cases = yaml.safe_load((FOLDER / "rules.test.yml").read_text())
    looks = [look for case in cases["tests"] for look in case["alert_rule_test"]]
    assert {look["alertname"] for look in looks if look.get("exp_alerts")} == alerts
