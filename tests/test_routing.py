"""Who is asked: the state of a post, the ladder, exclusions, reasons, contacts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_directory import (
    COORDINATION_OFFICE,
    HALLE_OFFICE,
    HALLE_SCHOOL,
    SAALE_OFFICE,
    SCHOOL_POST,
    WEEK,
    by_id,
    instants,
    live_team,
    member,
    open_facts,
    small_directory,
)

from bot.core.calendar import ZONE, Calendar
from bot.core.contacts import evidence
from bot.core.directory import Carrier, PostKind
from bot.core.records import Team
from bot.core.routing import (
    SCHOOL,
    YOUTH_OFFICE,
    PostState,
    Step,
    Wish,
    contacts,
    district_of,
    ladder,
    live,
    missing,
    next_rung,
    other_carrier,
    post_of,
    post_state,
    school_contact,
    suppose_all_live,
    why,
)
from bot.core.tree import Audience

DIRECTORY = small_directory()
CALENDAR = Calendar.of(DIRECTORY)
TUESDAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 22, 4, tzinfo=ZONE)
OWN, HALLE, SAALE, LAND = (
    SCHOOL_POST.id,
    HALLE_OFFICE.id,
    SAALE_OFFICE.id,
    COORDINATION_OFFICE.id,
)
NOBODY = Team()


def wish(audience=Audience.PUPIL, school="ST-80", district=None, **changes) -> Wish:
    return Wish(audience, school, district, **changes)


def climb(a_wish=None, team=NOBODY, directory=DIRECTORY, at=AT):
    return ladder(directory, Calendar.of(directory), team, a_wish or wish(), at)


def posts(rungs) -> tuple[str, ...]:
    return tuple(rung.post for rung in rungs)


def state(team, post=HALLE, directory=DIRECTORY, day=TUESDAY) -> PostState:
    return post_state(post, directory, team, day)


def team_of(*members, facts=None, invited=()) -> Team:
    return Team(members, (facts or open_facts(HALLE),), frozenset(invited))


# ── The state of a post ─────────────────────────────────────────────────────────────────────────


def test_a_post_that_nobody_joined_is_known():
    assert state(NOBODY) is PostState.KNOWN


def test_a_post_is_invited_from_the_invitation_until_everything_is_ready():
    assert state(Team(invited=frozenset({HALLE}))) is PostState.INVITED
    assert state(Team(members=(member("A", HALLE),))) is PostState.INVITED


def test_a_post_is_ready_when_all_four_steps_are_taken_and_live_when_it_accepts():
    crew = (member("A", HALLE), member("B", HALLE))
    assert state(team_of(*crew, facts=open_facts(HALLE, accepting=False))) is PostState.READY
    assert state(team_of(*crew)) is PostState.LIVE


@pytest.mark.parametrize(
    ("team", "steps"),
    [
        (NOBODY, tuple(Step)),
        (live_team(HALLE), ()),
        (
            team_of(
                member("A", HALLE), member("B", HALLE), facts=open_facts(HALLE, permission=None)
            ),
            (Step.PERMISSION,),
        ),
        (team_of(member("A", HALLE)), (Step.CREW,)),
        (team_of(member("A", HALLE, plan=()), member("B", HALLE, plan=())), (Step.HOURS,)),
        (
            team_of(
                member("A", HALLE), member("B", HALLE), facts=open_facts(HALLE, practised=False)
            ),
            (Step.PRACTICE,),
        ),
    ],
)
def test_what_is_missing_is_named_step_by_step(team, steps):
    assert missing(HALLE, DIRECTORY, team) == steps


@pytest.mark.parametrize("step", ["permission", "crew", "hours", "practice"])
def test_a_live_post_that_falls_below_ready_pauses(step):
    facts = open_facts(HALLE)
    crew = [member("A", HALLE), member("B", HALLE)]
    match step:
        case "permission":
            facts = replace(facts, permission=None)
        case "crew":
            crew.pop()
        case "hours":
            crew = [replace(each, plan=()) for each in crew]
        case _:
            facts = replace(facts, practised=False)
    assert state(team_of(*crew, facts=facts)) is PostState.PAUSED


def test_a_post_paused_by_hand_is_paused():
    crew = (member("A", HALLE), member("B", HALLE))
    assert state(team_of(*crew, facts=open_facts(HALLE, paused=True))) is PostState.PAUSED


def test_a_colleague_who_joins_without_hours_does_not_pause_the_post():
    crew = (member("A", HALLE), member("B", HALLE), member("C", HALLE, plan=()))
    assert state(team_of(*crew)) is PostState.LIVE


def test_one_member_and_a_deputy_from_elsewhere_are_enough():
    facts = open_facts(HALLE, deputy="D")
    alone, deputy = member("A", HALLE), member("D", SAALE)
    assert state(team_of(alone, deputy, facts=facts)) is PostState.LIVE
    assert state(team_of(alone, facts=facts)) is PostState.PAUSED  # D has not joined
    assert state(team_of(alone, facts=open_facts(HALLE, deputy="A"))) is PostState.PAUSED
    assert state(team_of(deputy, facts=facts)) is PostState.PAUSED  # nobody sits there


def test_the_carriers_permission_in_the_directory_counts_only_with_date_and_name():
    crew = (member("A", HALLE), member("B", HALLE))
    team = team_of(*crew, facts=open_facts(HALLE, permission=None))
    carrier = DIRECTORY.carriers["stadt-halle-jugendamt"]
    for changed, expected in (
        (replace(carrier, approved_on=TUESDAY, approved_by="Frau B."), PostState.LIVE),
        (replace(carrier, approved_on=TUESDAY), PostState.PAUSED),
        (replace(carrier, approved_by="Frau B."), PostState.PAUSED),
    ):
        directory = small_directory(carriers={changed.id: changed})
        assert state(team, directory=directory) is expected
    assert state(team, directory=small_directory(carriers={})) is PostState.PAUSED


@pytest.mark.parametrize(
    ("day", "ended"),
    [
        (date(2026, 7, 31), True),
        (date(2026, 8, 1), False),
        (date(2028, 7, 31), False),
        (date(2028, 8, 1), True),
    ],
)
def test_a_post_exists_from_its_first_to_its_last_day(day, ended):
    office = replace(HALLE_OFFICE, valid_from=date(2026, 8, 1))
    directory = small_directory(posts=by_id(office))
    expected = PostState.ENDED if ended else PostState.LIVE
    assert state(live_team(HALLE), directory=directory, day=day) is expected


# ── Posts that only the store knows ─────────────────────────────────────────────────────────────


def test_a_schools_post_exists_once_somebody_was_invited_or_joined():
    derived = "schulsozialarbeit-st-81"
    assert post_of(derived, DIRECTORY, NOBODY) is None
    for team in (Team(invited=frozenset({derived})), Team(members=(member("A", derived),))):
        post = post_of(derived, DIRECTORY, team)
        assert post is not None
        assert post.kind is PostKind.SCHOOL_SOCIAL_WORK
        assert post.name == "Schulsozialarbeit, Sekundarschule Am Muster"
        assert posts(climb(wish(school="ST-81"), team)) == (derived, SAALE, LAND)
    assert post_of("schulsozialarbeit-st-0", DIRECTORY, NOBODY) is None
    assert post_of(HALLE, DIRECTORY, NOBODY) == HALLE_OFFICE


def test_a_schools_post_that_only_the_store_knows_can_become_live():
    derived = "schulsozialarbeit-st-81"
    rungs = live(climb(wish(school="ST-81"), live_team(derived)))
    assert posts(rungs) == (derived,)


# ── The ladder ──────────────────────────────────────────────────────────────────────────────────


def test_on_day_one_every_rung_is_known_and_none_takes_a_request():
    rungs = climb()
    assert posts(rungs) == (OWN, HALLE, LAND)
    assert {rung.state for rung in rungs} == {PostState.KNOWN}
    assert live(rungs) == ()
    assert all(rung.promise is None for rung in rungs)


def test_a_school_without_a_post_begins_with_the_office_of_its_district():
    assert posts(climb(wish(school="ST-81"))) == (SAALE, LAND)


def test_the_schools_district_counts_not_the_one_that_was_named():
    assert posts(climb(wish(school="ST-80", district="saalekreis"))) == (OWN, HALLE, LAND)
    assert district_of(DIRECTORY, wish(district="saalekreis")) == "halle"


def test_without_a_school_the_district_is_enough_and_without_both_only_the_land_is_left():
    assert posts(climb(wish(school=None, district="halle"))) == (HALLE, LAND)
    assert posts(climb(wish(school="ST-0", district="halle"))) == (HALLE, LAND)
    assert posts(climb(wish(school=None))) == (LAND,)


def test_live_posts_promise_and_stay_in_order():
    rungs = live(climb(team=live_team(OWN, HALLE)))
    assert posts(rungs) == (OWN, HALLE)
    assert all(rung.promise == datetime(2026, 11, 25, 15, tzinfo=ZONE) for rung in rungs)


def test_whether_it_is_open_now_changes_the_promise_never_the_rung():
    team = live_team(OWN, HALLE)
    for at in (AT, AT.replace(hour=10), AT + timedelta(days=4)):
        assert posts(live(climb(team=team, at=at))) == (OWN, HALLE)


def test_in_the_school_holidays_the_school_promises_later_than_the_office():
    at = datetime(2026, 10, 16, 16, tzinfo=ZONE)
    school, office = live(climb(team=live_team(OWN, HALLE), at=at))
    assert school.promise == datetime(2026, 11, 2, 15, tzinfo=ZONE)
    assert office.promise == datetime(2026, 10, 19, 15, tzinfo=ZONE)


def test_a_live_post_of_which_nobody_will_be_there_takes_no_request():
    gone = datetime(2027, 11, 24, tzinfo=UTC)
    crew = (member("A", HALLE, absent_until=gone), member("B", HALLE, absent_until=gone))
    rungs = climb(team=team_of(*crew))
    assert [rung.state for rung in rungs if rung.post == HALLE] == [PostState.LIVE]
    assert live(rungs) == ()


def test_a_post_is_asked_only_for_whom_it_takes():
    office = replace(HALLE_OFFICE, takes=frozenset({Audience.TEACHER}))
    directory = small_directory(posts=by_id(office))
    team = live_team(HALLE)
    assert posts(live(climb(wish(Audience.TEACHER), team, directory))) == (HALLE,)
    assert live(climb(wish(Audience.PUPIL), team, directory)) == ()
    assert climb(wish(Audience.PUPIL), team, directory)[0].promise is None


def test_the_coordination_office_never_takes_a_request():
    everything = replace(COORDINATION_OFFICE, takes=frozenset(Audience))
    directory = small_directory(posts=by_id(everything))
    for audience in Audience:
        (rung,) = climb(wish(audience), live_team(LAND), directory)
        assert rung.state is PostState.LIVE
        assert not rung.takes
        assert live((rung,)) == ()


def test_a_post_ends_silently_after_its_last_day():
    last = datetime(2028, 7, 31, 23, 59, tzinfo=ZONE)
    assert posts(climb(team=live_team(HALLE), at=last)) == (OWN, HALLE, LAND)
    assert posts(climb(team=live_team(HALLE), at=last + timedelta(minutes=1))) == (OWN, LAND)


def test_the_last_day_ends_at_midnight_in_sachsen_anhalt():
    assert HALLE not in posts(climb(at=datetime(2028, 7, 31, 22, 0, tzinfo=UTC)))
    assert HALLE in posts(climb(at=datetime(2028, 7, 31, 21, 59, tzinfo=UTC)))


# ── Exclusions ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"skip_school": True}, (HALLE, LAND)),
        ({"excluded": frozenset({SCHOOL})}, (HALLE, LAND)),
        ({"excluded": frozenset({YOUTH_OFFICE})}, (OWN, LAND)),
        ({"excluded": frozenset({SCHOOL, YOUTH_OFFICE})}, (LAND,)),
    ],
)
def test_what_the_visitor_excludes_is_not_on_the_ladder(changes, expected):
    assert posts(climb(wish(**changes), live_team(OWN, HALLE))) == expected


def test_a_carrier_of_whom_nobody_knows_whether_it_is_a_jugendamt_is_excluded_with_it():
    no_jugendamt = frozenset({YOUTH_OFFICE})
    assert posts(climb(wish(school="ST-81", excluded=no_jugendamt))) == (LAND,)
    joined = live_team("schulsozialarbeit-st-81")  # its carrier is not known at all
    assert posts(climb(wish(school="ST-81", excluded=no_jugendamt), joined)) == (LAND,)


def breaks_exclusion(rungs, a_wish) -> bool:
    """Whether somebody is on the ladder whom the visitor excluded."""
    jugendamt = {HALLE, SAALE, "schulsozialarbeit-st-81"}
    school = {OWN, "schulsozialarbeit-st-81"}
    barred = jugendamt if YOUTH_OFFICE in a_wish.excluded else set()
    if a_wish.skip_school or SCHOOL in a_wish.excluded:
        barred = barred | school
    return bool(barred & set(posts(rungs)))


WISHES = st.builds(
    Wish,
    audience=st.sampled_from(Audience),
    school=st.sampled_from(["ST-80", "ST-81", "ST-0", None]),
    district=st.sampled_from(["halle", "saalekreis", None]),
    skip_school=st.booleans(),
    excluded=st.frozensets(st.sampled_from([SCHOOL, YOUTH_OFFICE])),
)
STAFFED = st.sets(st.sampled_from([OWN, HALLE, SAALE, LAND, "schulsozialarbeit-st-81"]))
HOURS = instants(date(2026, 1, 1), date(2028, 12, 31))


@given(a_wish=WISHES, staffed=STAFFED, at=HOURS)
def test_no_route_ever_reaches_who_was_excluded(a_wish, staffed, at):
    rungs = climb(a_wish, live_team(*sorted(staffed)), at=at)
    assert not breaks_exclusion(rungs, a_wish)
    shown = contacts(DIRECTORY, CALENDAR, NOBODY, a_wish, at)
    assert not breaks_exclusion(shown, a_wish)


def test_a_ladder_that_forgets_the_exclusion_is_caught_by_the_same_question():
    excluding = wish(excluded=frozenset({YOUTH_OFFICE, SCHOOL}))
    forgetful = climb(replace(excluding, excluded=frozenset()))
    assert breaks_exclusion(forgetful, excluding)
    assert breaks_exclusion(climb(), wish(skip_school=True))


# ── What follows from a ladder ──────────────────────────────────────────────────────────────────


def test_the_next_rung_comes_after_the_present_one():
    rungs = live(climb(team=live_team(OWN, HALLE)))
    after = next_rung(rungs, OWN)
    assert after is not None
    assert after.post == HALLE
    assert next_rung(rungs, HALLE) is None


def test_when_the_present_post_is_no_longer_live_the_first_live_one_is_next():
    rungs = live(climb(team=live_team(HALLE)))
    after = next_rung(rungs, OWN)
    assert after is not None
    assert after.post == HALLE
    assert next_rung((), OWN) is None


def test_two_posts_of_one_carrier_share_it_and_an_unknown_carrier_is_another():
    same = replace(SCHOOL_POST, carrier="stadt-halle-jugendamt")
    directory = small_directory(posts=by_id(same, HALLE_OFFICE, SAALE_OFFICE))
    assert not other_carrier(directory, OWN, HALLE)
    assert other_carrier(DIRECTORY, OWN, HALLE)
    assert other_carrier(directory, "schulsozialarbeit-st-81", HALLE)
    assert other_carrier(directory, HALLE, "schulsozialarbeit-st-81")
    assert not other_carrier(directory, HALLE, HALLE)


@pytest.mark.parametrize(
    ("audience", "school", "own", "district"),
    [
        (
            Audience.PUPIL,
            "weil deine Schule in Halle liegt",
            "weil diese Stelle für deine Schule da ist",
            "weil du in Halle zur Schule gehst",
        ),
        (
            Audience.GUARDIAN,
            "weil die Schule Ihres Kindes in Halle liegt",
            "weil diese Stelle für die Schule Ihres Kindes da ist",
            "weil Ihr Kind in Halle zur Schule geht",
        ),
        (
            Audience.TEACHER,
            "weil Ihre Schule in Halle liegt",
            "weil diese Stelle für Ihre Schule da ist",
            "weil Sie in Halle arbeiten",
        ),
    ],
)
def test_the_reason_is_one_clause_in_the_visitors_words(audience, school, own, district):
    assert [rung.why for rung in climb(wish(audience))] == [
        own,
        school,
        "weil sie für ganz Sachsen-Anhalt zuständig ist",
    ]
    assert climb(wish(audience, school=None, district="halle"))[0].why == district


def test_a_reason_without_a_known_district_claims_nothing():
    assert (
        why(DIRECTORY, wish(school=None), PostKind.NETWORK_OFFICE)
        == "weil sie für diesen Ort zuständig ist"
    )


# ── Contacts ────────────────────────────────────────────────────────────────────────────────────


def test_known_contacts_come_in_the_order_of_the_ladder_with_their_evidence():
    school, office, land = contacts(DIRECTORY, CALENDAR, NOBODY, wish(), AT)
    assert (school.post, school.room, school.evidence) == (
        OWN,
        "Raum 12",
        "laut verein.example von 2025",
    )
    assert office.phones == ("0345 000001",)
    assert office.address == "Musterweg 40, 06114 Halle"
    assert office.hours_text == "Mo–Do 8–15 Uhr, Fr 8–12 Uhr"
    assert office.evidence == "laut programm.example, Datum der Quelle unbekannt"
    assert office.state is PostState.KNOWN
    assert land.evidence == "laut land.example vom 12. Dezember 2025"


def test_an_office_of_which_no_way_is_known_is_no_contact():
    silent = replace(SAALE_OFFICE, website="")
    directory = small_directory(posts=by_id(silent, COORDINATION_OFFICE))
    found = contacts(directory, CALENDAR, NOBODY, wish(school="ST-81"), AT)
    assert posts(found) == (LAND,)


def test_a_post_that_only_the_store_knows_is_no_public_contact():
    team = live_team("schulsozialarbeit-st-81")
    found = contacts(DIRECTORY, CALENDAR, team, wish(school="ST-81"), AT)
    assert posts(found) == (SAALE, LAND)


def test_an_ended_post_is_no_contact():
    found = contacts(DIRECTORY, CALENDAR, NOBODY, wish(), datetime(2028, 8, 1, 10, tzinfo=ZONE))
    assert posts(found) == (OWN, LAND)


@pytest.mark.parametrize(
    ("url", "source_date", "words"),
    [
        ("https://www.halle.example/a?b=c", "2025", "laut halle.example von 2025"),
        ("https://zeitung.example/x", "2023-04", "laut zeitung.example von April 2023"),
        ("https://land.example", "2026-01-07", "laut land.example vom 7. Januar 2026"),
        ("https://land.example", "", "laut land.example, Datum der Quelle unbekannt"),
        ("", "", "Datum der Quelle unbekannt"),
        ("", "2025", "nach Angaben von 2025"),
    ],
)
def test_evidence_says_whose_word_it_is_and_of_when(url, source_date, words):
    assert evidence(url, source_date) == words


def test_the_schools_own_number_is_shown_with_its_age():
    found = school_contact(DIRECTORY, "ST-80")
    assert found is not None
    assert (found.post, found.name, found.phones) == ("", HALLE_SCHOOL.name, ("0345 000000",))
    assert found.address == "Beispielstraße 1, 06114 Halle (Saale)"
    assert found.evidence == "Nummer von 2016, bitte auf der Schulseite prüfen"


def test_a_school_without_number_or_date_says_so():
    found = school_contact(DIRECTORY, "ST-81")
    assert found is not None
    assert found.phones == ()
    assert found.evidence == "Angaben von 2016, bitte auf der Schulseite prüfen"
    undated = small_directory(schools={"ST-80": replace(HALLE_SCHOOL, register_date="")})
    found = school_contact(undated, "ST-80")
    assert found is not None
    assert found.evidence == "Nummer ohne bekanntes Datum, bitte auf der Schulseite prüfen"
    assert school_contact(DIRECTORY, "ST-0") is None


# ── Suppositions ────────────────────────────────────────────────────────────────────────────────


def test_supposing_all_live_makes_every_post_live_although_no_carrier_has_approved():
    team = suppose_all_live(DIRECTORY, NOBODY, offices_only=False)
    assert all(state(team, post) is PostState.LIVE for post in DIRECTORY.posts)
    rungs = live(climb(team=team))
    assert posts(rungs) == (OWN, HALLE)
    assert {rung.promise for rung in rungs} == {datetime(2026, 11, 25, 15, tzinfo=ZONE)}


def test_supposing_the_offices_live_leaves_the_schools_as_they_are():
    really = live_team(OWN)
    team = suppose_all_live(DIRECTORY, really, offices_only=True)
    assert state(team, HALLE) is state(team, SAALE) is state(team, OWN) is PostState.LIVE
    assert team.facts(OWN) == really.facts(OWN)
    team = suppose_all_live(DIRECTORY, NOBODY, offices_only=True)
    assert state(team, OWN) is PostState.KNOWN


def test_supposed_hours_are_the_only_ones_that_count():
    early = Team(members=(member("A", HALLE, OWN, plan=WEEK[:1]),), posts=(open_facts(OWN),))
    team = suppose_all_live(DIRECTORY, early, offices_only=True)
    kept = team.member("A")
    assert kept is not None
    assert kept.posts == (OWN,)


def test_supposing_does_not_bring_back_a_post_that_has_ended():
    team = suppose_all_live(DIRECTORY, NOBODY, offices_only=False)
    assert state(team, HALLE, day=date(2028, 8, 1)) is PostState.ENDED


def test_a_schools_post_that_was_invited_is_supposed_live_too():
    derived = "schulsozialarbeit-st-81"
    invited = Team(invited=frozenset({derived}))
    team = suppose_all_live(DIRECTORY, invited, offices_only=False)
    assert state(team, derived) is PostState.LIVE


def test_an_approved_carrier_is_no_reason_to_be_live():
    carrier = Carrier("verein", "Verein", youth_office=False, approved_on=TUESDAY, approved_by="B")
    directory = small_directory(carriers={"verein": carrier})
    assert state(NOBODY, OWN, directory) is PostState.KNOWN
