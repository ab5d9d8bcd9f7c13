"""One ladder as the command shows it: every rung in order, the reason, the promise, the contacts."""

from datetime import datetime

import pytest
from playing import real_knowledge

from bot.core.calendar import ZONE
from bot.core.check.route import route
from bot.core.records import Team
from bot.core.tree import Audience

NIGHT = datetime(2026, 11, 24, 22, 4, tzinfo=ZONE)


def asked(school="ST-79", topic="mobbing", **how):
    return route(real_knowledge(), Team(), school, Audience.PUPIL, topic, NIGHT, **how)


def test_every_rung_stands_in_order_whatever_its_state():
    found = asked()
    posts = [rung["post"] for rung in found["ladder"]]
    assert posts == ["schulsozialarbeit-st-79", "netzwerkstelle-boerde", "koordinierungsstelle"]
    assert {rung["state"] for rung in found["ladder"]} == {"known"}
    assert {rung["promise"] for rung in found["ladder"]} == {None}
    assert found["district"] == "boerde"
    assert found["shown"]


def test_if_all_were_live_the_next_morning_is_promised():
    promises = [rung["promise"] for rung in asked(all_live=True)["ladder"]]
    assert promises == ["2026-11-25T15:00:00+01:00", "2026-11-25T15:00:00+01:00", None]


def test_a_complaint_about_the_school_passes_its_own_post_by():
    posts = [rung["post"] for rung in asked(topic="konflikt-lehrkraft")["ladder"]]
    assert posts == ["netzwerkstelle-boerde", "koordinierungsstelle"]


@pytest.mark.parametrize("how", [{"school": "ST-9999"}, {"topic": "wetter"}])
def test_what_does_not_exist_is_said_to(how):
    with pytest.raises(KeyError, match="gibt es nicht"):
        asked(**how)
