"""What is saved is what is loaded, for every kind of record."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import (
    NOW,
    POST,
    conversation,
    loaded_request,
    member,
    opened,
    request,
    word,
)

from bot.core.directory import Span
from bot.core.messages import Button, Screen
from bot.core.records import (
    Conversation,
    ConversationKey,
    Invitation,
    InvitationKey,
    Member,
    NamesInUse,
    OpenRequests,
    Permission,
    PostFacts,
    Reason,
    Ref,
    RefKey,
    Request,
    RequestKey,
    RequestsOf,
    Role,
    Team,
    TeamKey,
    Word,
)
from bot.core.taps import Act, Choose, Move, Open, Speak
from bot.store import codec

# ── JSON there and back ─────────────────────────────────────────────────────────────────────────

moments = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001  (hypothesis adds the zone)
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
maybe = st.none() | moments
ids = st.from_regex(r"[a-z0-9]+([-_][a-z0-9]+)*", fullmatch=True)
taps = (
    st.builds(Choose, st.builds("{}.{}".format, ids, ids), ids)
    | st.builds(Open, ids)
    | st.sampled_from(Move)
    | st.builds(Speak, ids)
    | st.builds(Act, st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True))
)
buttons = st.lists(st.builds(Button, st.text(), taps), max_size=5).map(tuple)
spans = st.lists(st.builds(Span, st.integers(0, 6), st.times(), st.times()), max_size=3).map(tuple)


@given(st.builds(Conversation, touched=moments, shown=buttons))
def test_a_conversation_passes_through_json(record):
    assert codec.conversation_of(codec.conversation_bytes(record)) == record


@given(
    st.builds(
        Member,
        joined_at=moments,
        plan=spans,
        absent_until=maybe,
        shown=buttons,
    ),
)
def test_a_member_passes_through_json(record):
    assert codec.member_of(codec.member_bytes(record)) == record


@given(
    st.builds(
        Request,
        sent_at=moments,
        due=maybe,
        read_at=maybe,
        answered_at=maybe,
        overdue_since=maybe,
        closed_at=maybe,
        words=st.just(()),
    ),
)
def test_a_request_passes_through_json(record):
    assert codec.request_of(codec.request_bytes(record)) == record


@given(st.builds(Word, at=moments))
def test_a_word_passes_through_json(record):
    assert codec.word_of(codec.word_bytes(record)) == record


@given(st.builds(Ref, expires=maybe))
def test_a_ref_passes_through_json(record):
    assert codec.ref_of(codec.ref_bytes(record)) == record


@given(st.builds(Invitation, expires=moments))
def test_an_invitation_passes_through_json(record):
    assert codec.invitation_of(codec.invitation_bytes(record)) == record


@given(st.builds(PostFacts))
def test_what_is_known_of_a_post_passes_through_json(record):
    assert codec.post_of(codec.post_bytes(record)) == record


@given(
    st.builds(
        codec.Payload,
        screen=st.none() | st.builds(Screen, choices=buttons, ways=buttons),
    ),
)
def test_what_is_owed_passes_through_json(payload):
    assert codec.payload_of(codec.payload_bytes(payload)) == payload


@given(moments)
def test_a_time_is_kept_to_the_microsecond(at):
    assert codec.moment(codec.micros(at)) == at


def test_a_button_that_today_does_not_know_shows_the_present_screen():
    plain = codec.conversation_bytes(conversation(shown=(Button("Alt", Move.BACK),)))
    old = plain.replace(b"n.back", b"x.gone")
    assert old != plain
    assert codec.conversation_of(old).shown == (Button("Alt", Move.STAY),)


# ── Saved and loaded ────────────────────────────────────────────────────────────────────────────

SAMPLES = [
    (ConversationKey("c1"), conversation()),
    (RequestKey("r1"), request()),
    (
        RequestKey("r1"),
        request(
            words=(word("eins"), word("zwei")),
            closed_at=NOW,
            reason=Reason.ANSWERED,
            overdue_since=NOW,
            due=None,
        ),
    ),
    (RefKey("x"), Ref("x", "c1", "send", gives="g", expires=NOW)),
    (InvitationKey("h"), Invitation("h", Role.WORKER, NOW, "A.", POST)),
]


@pytest.mark.parametrize(("key", "record"), SAMPLES)
async def test_a_record_is_loaded_as_it_was_saved_also_after_a_restart(tmp_path, key, record):
    async with opened(tmp_path / "l.db") as store:
        assert await store.run(lambda work: work.load(key)) is None
        await store.run(lambda work: work.save(record))
        assert await store.run(lambda work: work.load(key)) == record
    async with opened(tmp_path / "l.db") as store:
        assert await store.run(lambda work: work.load(key)) == record


async def test_a_record_saved_again_replaces_the_first(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(lambda work: work.save(conversation()))
        later = conversation(puzzled=2, shown=())
        await store.run(lambda work: work.save(later))
        assert await store.run(lambda work: work.load(ConversationKey("c1"))) == later


async def test_new_words_are_added_and_the_old_ones_stay_as_they_lie(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(lambda work: work.save(request(words=(word("eins"),))))
        count = "SELECT seq, sealed_text FROM words ORDER BY seq"
        first = await store.run(lambda work: work.connection.execute(count).fetchall())
        both = request(words=(word("eins"), word("zwei")))
        await store.run(lambda work: work.save(both))
        second = await store.run(lambda work: work.connection.execute(count).fetchall())
        assert second[:1] == first
        assert len(second) == 2
        assert await store.run(loaded_request) == both


@pytest.mark.parametrize("after", [(), (word("anders"),), (word("eins"),)])
async def test_words_that_changed_or_went_are_erased(tmp_path, after):
    async with opened(tmp_path / "l.db") as store:
        await store.run(lambda work: work.save(request(words=(word("eins"), word("zwei")))))
        await store.run(lambda work: work.save(request(words=after)))
        assert await store.run(loaded_request) == request(words=after)


async def test_the_team_is_everybody_and_every_invited_post(tmp_path):
    anna, facts = member("m1", shown=(Button("Ja", Move.STAY),)), PostFacts(POST, accepting=True)
    facts = replace(facts, permission=Permission(NOW.date(), "Frau B."))
    invitation = Invitation("h", Role.WORKER, NOW, post="netzwerkstelle-harz")

    def fill(work):
        for record in (anna, member("m2"), facts, invitation):
            work.save(record)

    posts = frozenset({"netzwerkstelle-harz"})
    expected = Team((anna, member("m2")), (facts,), posts, (invitation,))
    async with opened(tmp_path / "l.db") as store:
        assert await store.run(lambda work: work.load(TeamKey())) == Team()
        await store.run(fill)
        assert await store.run(lambda work: work.load(TeamKey())) == expected
    async with opened(tmp_path / "l.db") as store:
        assert await store.run(lambda work: work.load(TeamKey())) == expected
        await store.run(lambda work: work.save(replace(invitation, used=True)))
        team = await store.run(lambda work: work.load(TeamKey()))
        assert team.invited == frozenset()


async def test_open_requests_come_in_pages_earliest_due_first_and_broken_promises_on_top(tmp_path):
    def fill(work):
        for number in range(25):
            due = NOW.replace(day=25, minute=number)
            work.save(request(f"r{number:02}", due=due))
        work.save(request("overdue", due=None, overdue_since=NOW))
        work.save(request("closed", closed_at=NOW))
        work.save(request("elsewhere", post="netzwerkstelle-harz"))

    async with opened(tmp_path / "l.db") as store:
        await store.run(fill)
        first = await store.run(lambda work: work.load(OpenRequests(POST)))
        second = await store.run(lambda work: work.load(OpenRequests(POST, 1)))
        assert first == ("overdue", *(f"r{n:02}" for n in range(19)))
        assert second == tuple(f"r{n:02}" for n in range(19, 25))


async def test_red_requests_come_first_however_late_they_are_due(tmp_path):
    def fill(work):
        for number in range(25):
            work.save(request(f"r{number:02}", due=NOW.replace(day=25, minute=number)))
        work.save(request("overdue", due=None, overdue_since=NOW))
        work.save(request("red", due=NOW.replace(day=27), alert=True))

    async with opened(tmp_path / "l.db") as store:
        await store.run(fill)
        first = await store.run(lambda work: work.load(OpenRequests(POST)))
        assert first[:3] == ("red", "overdue", "r00")


async def test_the_open_requests_of_a_conversation_come_oldest_first(tmp_path):
    def fill(work):
        work.save(request("new", sent_at=NOW.replace(hour=23)))
        work.save(request("old"))
        work.save(request("closed", closed_at=NOW))
        work.save(request("other", conversation="c2"))

    async with opened(tmp_path / "l.db") as store:
        await store.run(fill)
        assert await store.run(lambda work: work.load(RequestsOf("c1"))) == ("old", "new")


async def test_names_in_use_are_those_of_open_requests(tmp_path):
    def names(work):
        return work.load(NamesInUse())

    async with opened(tmp_path / "l.db") as store:
        assert await store.run(names) == frozenset()
        await store.run(lambda work: work.save(request("r1", name="Blauer Otter")))
        await store.run(lambda work: work.save(request("r2", name="Rote Eule")))
        assert await store.run(names) == {"Blauer Otter", "Rote Eule"}
        await store.run(lambda work: work.save(request("r1", name="Blauer Otter", closed_at=NOW)))
        await store.run(lambda work: work.save(request("r3", name="Nie", closed_at=NOW)))
        assert await store.run(names) == {"Rote Eule"}
    async with opened(tmp_path / "l.db") as store:
        assert await store.run(names) == {"Rote Eule"}


async def test_a_ref_is_used_up_with_its_group_but_not_with_another_owners(tmp_path):
    refs = [
        Ref("a", "c1", "send", gives="g"),
        Ref("b", "c1", "discard", gives="g"),
        Ref("c", "c2", "send", gives="g"),
        Ref("d", "c1", "close"),
    ]

    def fill(work):
        for ref in refs:
            work.save(ref)
        work.drop(RefKey("a"))
        work.drop(RefKey("unknown"))

    async with opened(tmp_path / "l.db") as store:
        await store.run(fill)
        left = await store.run(lambda work: [work.load(RefKey(r.ref)) for r in refs])
        assert left == [None, None, refs[2], refs[3]]


async def test_an_invitation_can_be_dropped(tmp_path):
    invitation = Invitation("h", Role.WORKER, NOW, post=POST)
    async with opened(tmp_path / "l.db") as store:
        await store.run(lambda work: work.save(invitation))
        await store.run(lambda work: work.drop(InvitationKey("h")))
        assert await store.run(lambda work: work.load(InvitationKey("h"))) is None
        assert await store.run(lambda work: work.load(TeamKey())) == Team()


async def test_what_is_forgotten_otherwise_cannot_be_dropped(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        with pytest.raises(TypeError, match="ConversationKey"):
            await store.run(lambda work: work.drop(ConversationKey("c1")))
