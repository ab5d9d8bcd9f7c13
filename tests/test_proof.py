"""The routing proof is green on a right ladder and red on each planted fault."""

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from small_directory import (
    COORDINATION_OFFICE,
    HALLE_OFFICE,
    SAALE_OFFICE,
    SAALE_SCHOOL,
    SCHOOL_POST,
    by_id,
    live_team,
    member,
    small_directory,
)

from bot.core import routing
from bot.core.calendar import ZONE, Calendar
from bot.core.check.ladders import Case, Shown, ladder_faults, shown
from bot.core.check.moments import moments
from bot.core.check.proof import as_json, lines, prove
from bot.core.directory import DayOverride, PostKind, Span
from bot.core.posts import PostState
from bot.core.records import Team
from bot.core.routing import Rung, Wish
from bot.core.tree import Audience

DIRECTORY = small_directory()
CALENDAR = Calendar.of(DIRECTORY)
REFERENCE = date(2026, 11, 24)
OWN, HALLE, SAALE, LAND = SCHOOL_POST.id, HALLE_OFFICE.id, SAALE_OFFICE.id, COORDINATION_OFFICE.id
STATE_PAGE = COORDINATION_OFFICE.website


def proof_of(directory=DIRECTORY, team=Team(), ladder=routing.ladder):  # noqa: B008  (a value)
    return prove(directory, Calendar.of(directory), team, reference=REFERENCE, ladder=ladder)


def texts(proof) -> set[str]:
    return {fault.text for fault in proof.faults}


def with_posts(*posts, **changes):
    return small_directory(posts=by_id(*posts), **changes)


# ── The moments ─────────────────────────────────────────────────────────────────────────────────


def days_of(directory, reference=REFERENCE):
    found = moments(directory, Calendar.of(directory), reference)
    return {each.id: each.at for each in found}


def test_there_are_five_moments_and_each_is_what_it_says():
    assert days_of(DIRECTORY) == {
        "school_day_10": datetime(2026, 11, 24, 10, tzinfo=ZONE),
        "school_day_22": datetime(2026, 11, 24, 22, tzinfo=ZONE),
        "saturday": datetime(2026, 11, 28, 10, tzinfo=ZONE),
        "summer_holidays": datetime(2027, 7, 12, 10, tzinfo=ZONE),
        "funding_ended": datetime(2028, 8, 1, 10, tzinfo=ZONE),
    }


def test_in_the_holidays_the_next_school_day_is_looked_for():
    found = days_of(DIRECTORY, date(2026, 10, 20))
    assert found["school_day_10"].date() == date(2026, 11, 2)


def test_funding_ends_after_the_latest_last_day_of_any_post():
    longer = replace(SAALE_OFFICE, valid_until=date(2029, 12, 31))
    found = days_of(with_posts(HALLE_OFFICE, longer))
    assert found["funding_ended"].date() == date(2030, 1, 1)


def test_without_a_last_day_there_are_four_moments():
    endless = with_posts(COORDINATION_OFFICE)
    assert "funding_ended" not in days_of(endless)
    assert as_json(proof_of(endless))["combinations"] == 2 * 3 * 4


def test_where_no_summer_holidays_are_known_the_first_of_august_stands_for_them():
    assert days_of(DIRECTORY, date(2046, 1, 9))["summer_holidays"].date() == date(2046, 8, 1)


# ── What is shown ───────────────────────────────────────────────────────────────────────────────


def counted(proof, run, moment) -> dict[str, int]:
    return {kind: n for kind, n in as_json(proof)["runs"][run]["total"][moment].items() if n}


def test_day_one_shows_a_telephone_in_halle_and_a_page_in_the_saalekreis():
    proof = proof_of()
    assert not proof.faults
    for moment in ("school_day_10", "school_day_22", "saturday", "summer_holidays"):
        assert counted(proof, 0, moment) == {"phone": 1, "page_only": 1}
        assert counted(proof, 1, moment) == {"live": 2}


def test_after_the_funding_ended_nobody_is_live_and_only_the_land_has_a_page():
    proof = proof_of()
    for run in (0, 1):
        assert counted(proof, run, "funding_ended") == {"state_page_only": 2}


def test_every_school_and_audience_and_moment_is_counted_once():
    result = as_json(proof_of())
    assert result["schools"] == 2
    assert result["combinations"] == 2 * 3 * 5
    for run in result["runs"]:
        assert sum(run["combinations"].values()) == 2 * 3 * 5
        assert sum(each["schools"] for each in run["districts"].values()) == 2


def rung(post, state=PostState.KNOWN, *, takes=True, promise=None) -> Rung:
    return Rung(post.id, post.kind, state, takes, "", promise)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Shown.PHONE),
        ({"phones": ()}, Shown.PHONE),  # an e-mail address is left
        ({"phones": (), "email": ""}, Shown.PAGE_ONLY),
        ({"source_url": ""}, Shown.PAGE_ONLY),  # a number without a source is no contact
        ({"phones": (), "email": "", "website": STATE_PAGE}, Shown.STATE_PAGE_ONLY),
        (
            {"phones": (), "email": "", "website": "https://programm.example"},
            Shown.STATE_PAGE_ONLY,
        ),
        ({"phones": (), "email": "", "website": "https://stadt.example/"}, Shown.PAGE_ONLY),
        ({"phones": (), "email": "", "website": ""}, Shown.STATE_PAGE_ONLY),
    ],
)
def test_a_visitor_is_shown_the_best_that_the_ladder_has(changes, expected):
    directory = with_posts(replace(HALLE_OFFICE, **changes), COORDINATION_OFFICE)
    assert shown(directory, (rung(HALLE_OFFICE), rung(COORDINATION_OFFICE))) is expected


def test_the_state_wide_office_is_never_a_person_even_with_a_telephone():
    land = replace(COORDINATION_OFFICE, phones=("0391 000000",))
    assert shown(with_posts(land), (rung(land),)) is Shown.STATE_PAGE_ONLY


def test_without_a_state_wide_page_an_offices_page_is_its_own():
    office = replace(HALLE_OFFICE, phones=(), email="")
    pageless = replace(COORDINATION_OFFICE, website="")
    for directory in (with_posts(office), with_posts(office, pageless)):
        assert shown(directory, (rung(office),)) is Shown.PAGE_ONLY
    assert shown(with_posts(pageless), (rung(pageless),)) is Shown.NOTHING


def test_a_post_that_only_the_store_knows_shows_nothing():
    unknown = replace(SCHOOL_POST, id="schulsozialarbeit-st-81")
    assert shown(DIRECTORY, (rung(unknown),)) is Shown.NOTHING


def test_where_there_is_nothing_to_show_the_proof_is_red():
    proof = proof_of(with_posts(replace(SAALE_OFFICE, website="")))
    assert "es gibt nichts zu zeigen" in texts(proof)
    assert not as_json(proof)["ok"]


def test_a_school_counts_as_its_worst_served_audience():
    only_teachers = replace(SAALE_OFFICE, takes=frozenset({Audience.TEACHER}))
    proof = proof_of(with_posts(HALLE_OFFICE, only_teachers, COORDINATION_OFFICE))
    assert not proof.faults
    assert counted(proof, 1, "school_day_10") == {"live": 1, "page_only": 1}
    assert proof.runs[1].combinations[Shown.LIVE] == 4 * 4


def test_a_district_without_an_office_has_the_state_wide_page():
    proof = proof_of(with_posts(HALLE_OFFICE, COORDINATION_OFFICE))
    assert not proof.faults
    assert counted(proof, 1, "school_day_10") == {"live": 1, "state_page_only": 1}


def test_a_school_of_an_unknown_district_is_counted_too():
    directory = small_directory(schools={"ST-81": replace(SAALE_SCHOOL, district="")})
    proof = proof_of(directory)
    assert proof.districts == {"": "Landkreis unbekannt"}
    assert counted(proof, 0, "saturday") == {"state_page_only": 1}


def test_a_post_that_is_really_live_is_live_in_both_runs():
    proof = proof_of(team=live_team(OWN))
    assert not proof.faults
    assert counted(proof, 0, "school_day_22") == {"live": 1, "page_only": 1}
    assert counted(proof, 0, "funding_ended") == {"live": 1, "state_page_only": 1}


# ── Planted faults: a broken ladder turns the proof red ─────────────────────────────────────────


def broken(change):
    """A ladder function that does everything right and then breaks it."""

    def ladder(directory, calendar, team, wish, at):
        case = Case(directory, calendar, team, wish, at)
        return change(climb(case), case)

    return ladder


def climb(case: Case) -> tuple[Rung, ...]:
    return routing.ladder(case.directory, case.calendar, case.team, case.wish, case.at)


def climb_with_dates(case: Case, **dates) -> tuple[Rung, ...]:
    posts = {each.id: replace(each, **dates) for each in case.directory.posts.values()}
    return climb(replace(case, directory=replace(case.directory, posts=posts)))


def foreign_office(_rungs, case):
    other = "ST-81" if case.wish.school == "ST-80" else "ST-80"
    return climb(replace(case, wish=replace(case.wish, school=other)))


def forgets_exclusions(_rungs, case):
    allowed = replace(case.wish, excluded=frozenset(), skip_school=False)
    return climb(replace(case, wish=allowed))


def upside_down(rungs, _case):
    return rungs[::-1]


def without_the_office(rungs, _case):
    return tuple(each for each in rungs if each.kind is not PostKind.NETWORK_OFFICE)


def keeps_ended_posts(_rungs, case):
    return climb_with_dates(case, valid_until=None)


def ignores_begin(_rungs, case):
    return climb_with_dates(case, valid_from=None)


def lets_the_land_take_requests(rungs, _case):
    return tuple(
        replace(each, takes=each.takes or each.kind is PostKind.COORDINATION_OFFICE)
        for each in rungs
    )


def promises(change):
    def altered(rungs, _case):
        return tuple(
            replace(each, promise=change(each.promise)) if each.promise else each for each in rungs
        )

    return altered


def opens_known_posts(rungs, _case):
    return tuple(replace(each, state=PostState.LIVE) for each in rungs)


def never_promises(rungs, _case):
    return tuple(replace(each, promise=None) for each in rungs)


def next_sunday(promise):
    return promise + timedelta(days=6 - promise.weekday())


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (foreign_office, "die Schule liegt nicht in ihrem Landkreis"),
        (foreign_office, "schulsozialarbeit-st-80 gehört nicht auf die Leiter"),
        (foreign_office, "netzwerkstelle-halle fehlt auf der Leiter"),
        (forgets_exclusions, "sie ist ausgeschlossen oder für eine andere Schule da"),
        (upside_down, "falsche Reihenfolge"),
        (without_the_office, "netzwerkstelle-saalekreis fehlt auf der Leiter"),
        (without_the_office, "die Netzwerkstelle ist offen, nimmt die Anfrage aber nicht an"),
        (keeps_ended_posts, "diese Stelle gibt es an dem Tag nicht"),
        (lets_the_land_take_requests, "koordinierungsstelle nimmt Anfragen an"),
        (promises(lambda due: due - timedelta(days=400)), "in der Vergangenheit"),
        (promises(lambda due: due + timedelta(hours=2)), "außerhalb der Dienstzeiten"),
        (promises(next_sunday), "an einem freien Tag"),
        (opens_known_posts, "ohne dass „Ab jetzt annehmen“ getippt wurde"),
        (never_promises, "die Netzwerkstelle ist offen, nimmt die Anfrage aber nicht an"),
        (lambda _rungs, _case: (), "es gibt nichts zu zeigen"),
        (lambda rungs, _case: rungs + rungs, "falsche Reihenfolge"),
    ],
)
def test_a_broken_ladder_turns_the_proof_red(change, text):
    proof = proof_of(ladder=broken(change))
    assert any(text in each for each in texts(proof))
    assert not as_json(proof)["ok"]


def test_a_ladder_that_asks_a_post_for_an_audience_it_does_not_take_turns_the_proof_red():
    def takes_all(rungs, _case):
        return tuple(replace(each, takes=each.post != LAND) for each in rungs)

    only_teachers = replace(HALLE_OFFICE, takes=frozenset({Audience.TEACHER}))
    directory = with_posts(only_teachers, COORDINATION_OFFICE)
    assert not proof_of(directory).faults
    found = texts(proof_of(directory, ladder=broken(takes_all)))
    assert "netzwerkstelle-halle nimmt pupil an, das steht nicht im Verzeichnis" in found


def test_an_unbroken_ladder_leaves_the_proof_green():
    assert not proof_of(ladder=broken(lambda rungs, _case: rungs)).faults
    assert not proof_of(team=live_team(OWN, HALLE, SAALE, LAND)).faults


def test_a_post_that_has_not_begun_is_missed_by_nobody():
    later = replace(HALLE_OFFICE, valid_from=date(2027, 8, 1))
    proof = proof_of(with_posts(later, SAALE_OFFICE, COORDINATION_OFFICE))
    assert not proof.faults
    assert counted(proof, 1, "school_day_10") == {"live": 1, "state_page_only": 1}
    found = texts(proof_of(with_posts(later, COORDINATION_OFFICE), ladder=broken(ignores_begin)))
    assert any("diese Stelle gibt es an dem Tag nicht" in each for each in found)


def test_posts_that_only_the_store_knows_belong_on_the_ladder():
    assert not proof_of(team=live_team("schulsozialarbeit-st-81")).faults
    assert not proof_of(team=Team(invited=frozenset({"schulsozialarbeit-st-81"}))).faults


def test_a_promise_until_midnight_is_kept_on_the_day_before():
    """A span until 24:00 ends when the next day begins, perhaps a day without work."""
    at = datetime(2026, 11, 27, 21, 0, tzinfo=ZONE)
    late = (Span(4, time(20), time.max),)
    team = live_team(HALLE, plan=late)
    case = Case(DIRECTORY, CALENDAR, team, Wish(Audience.PUPIL, "ST-80", "halle"), at)
    rungs = routing.ladder(DIRECTORY, CALENDAR, team, case.wish, at)
    assert rungs[1].promise == datetime(2026, 11, 28, 0, 0, tzinfo=ZONE)
    assert not list(ladder_faults(case, rungs))
    wrong = replace(rungs[1], promise=datetime(2026, 11, 29, 0, 0, tzinfo=ZONE))
    assert list(ladder_faults(case, (rungs[0], wrong, rungs[2])))


def test_a_day_set_by_hand_is_heeded_when_promises_are_judged():
    directory = small_directory(overrides=(DayOverride(date(2026, 11, 25), "public", "Test"),))
    proof = proof_of(directory, team=Team(members=(member("A", HALLE),)))
    assert not proof.faults

    def deaf(_rungs, case):
        return climb(replace(case, calendar=CALENDAR))

    found = texts(proof_of(directory, ladder=broken(deaf)))
    assert any("an einem freien Tag (2026-11-25)" in each for each in found)


# ── Words ───────────────────────────────────────────────────────────────────────────────────────


def test_the_proof_as_json_is_plain_and_names_everything():
    result = json.loads(json.dumps(as_json(proof_of())))
    assert result["ok"] is True
    assert [each["id"] for each in result["runs"]] == ["as_it_stands", "offices_live"]
    halle = result["runs"][0]["districts"]["halle"]
    assert (halle["name"], halle["schools"]) == ("Halle (Saale)", 1)
    assert halle["shown"]["school_day_10"] == {
        "live": 0,
        "phone": 1,
        "page_only": 0,
        "state_page_only": 0,
        "nothing": 0,
    }
    assert result["moments"][0]["at"] == "2026-11-24T10:00:00+01:00"
    faulty = as_json(proof_of(ladder=broken(upside_down)))["runs"][0]["faults"][0]
    assert faulty["school"] == "ST-80"
    assert faulty["audience"] == "pupil"
    assert faulty["moment"] == "school_day_10"
    assert "falsche Reihenfolge" in faulty["text"]


def test_the_table_shows_each_district_and_the_sum_and_puts_equal_moments_together():
    table = lines(proof_of())
    assert table[0] == "2 Schulen × 3 Gruppen × 5 Zeitpunkte = 30 Wege, zweimal"
    assert table[-1] == "Kein Fehler gefunden."
    heads = [line for line in table if line.startswith("Schultag 24.11.2026 10:00")]
    assert len(heads) == 2  # one for each run: four moments are alike, the fifth differs
    assert all("Sommerferien 12.07.2027 10:00" in line for line in heads)
    halle = next(line.split() for line in table if line.strip().startswith("Halle"))
    assert halle == ["Halle", "(Saale)", "1", "0", "1", "0", "0", "0"]
    total = next(line.split() for line in table if line.strip().startswith("Summe"))
    assert total == ["Summe", "2", "0", "1", "1", "0", "0"]


def test_the_table_names_the_first_faults_and_counts_the_rest():
    table = lines(proof_of(ladder=broken(upside_down)))
    count = next(line for line in table if line.endswith("Fehler:"))
    assert int(count.split()[0]) > 20
    assert any("ST-80, pupil, school_day_10 (as_it_stands): falsche" in line for line in table)
    assert table[-1].endswith("weitere")


def test_a_single_fault_is_named_alone():
    calls = []

    def breaks_once(rungs, case):
        calls.append(case)
        return rungs[::-1] if len(calls) == 1 else rungs

    table = lines(proof_of(ladder=broken(breaks_once)))
    assert table[-2] == "1 Fehler:"
    assert "ST-80, pupil, school_day_10" in table[-1]


def test_an_empty_directory_is_proved_without_a_word_too_many():
    table = lines(proof_of(small_directory(schools={}, districts={})))
    assert table[0] == "0 Schulen × 3 Gruppen × 5 Zeitpunkte = 0 Wege, zweimal"
    assert table[-1] == "Kein Fehler gefunden."
