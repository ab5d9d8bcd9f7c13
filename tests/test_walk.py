"""Answers → place, over trees small enough to be read."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from bot.core.conditions import choices
from bot.core.records import Answer
from bot.core.tree import (
    Act,
    Ask,
    Audience,
    Call,
    Choice,
    Done,
    Gate,
    Goto,
    Node,
    Only,
    Text,
    Topic,
    Tree,
)
from bot.core.walk import MAX_ANSWERS, answered, outside, replay, shortened

EVERYBODY = frozenset(Audience)


@dataclass
class Seen:
    """What conditions look at, set by hand."""

    audience: Audience | None = Audience.PUPIL
    language: str = "de"
    district: str | None = "halle"
    school_type: str = "Grundschule"
    day: date = date(2026, 11, 24)
    open: bool = True
    reachable: bool = True
    waiting: bool = False
    traced: dict = field(default_factory=dict)
    drafts: bool = False
    schools: frozenset[str] = field(default_factory=lambda: frozenset({"st-5"}))

    def decide(self, function, *, skip_school):
        match function:
            case "reachable":
                return "live" if self.reachable else "nobody"
            case "audience":
                return "known" if self.audience else "unknown"
            case _:
                return "excluded" if skip_school else "allowed"

    def knows(self, choice):
        return choice in self.schools


def words(text):
    return Text(text, text, text, text)


def choice(name, target, **more):
    return Choice(name, words(name), target, **more)


def node(ref, *offered, **more):
    return Node(ref, words(f"{ref}.say"), offered, **more)


def tree(*nodes, pieces=("schule", "kontakt"), audiences=None):
    topics = {}
    for each in nodes:
        topic = each.ref.partition(".")[0]
        of = [n for n in nodes if n.ref.startswith(f"{topic}.")]
        fit = (audiences or {}).get(topic, EVERYBODY)
        topics[topic] = Topic(
            topic, topic, "", fit, of[0].ref, {n.ref: n for n in of}, piece=topic in pieces
        )
    return Tree(topics, {n.ref: n for n in nodes})


BASE = (
    Gate("eingang.bekannt", "audience", {"known": "eingang.worum", "unknown": "eingang.wer"}),
    node("eingang.wer", choice("ich", Done())),
    node("eingang.worum", choice("a", Goto("a.start")), choice("b", Goto("b.start"))),
    node("schule.suche", choice("ohne", Done()), ask=Ask.SCHOOL),
    node("kontakt.karte", choice("fertig", Done())),
    node("b.start", choice("zurueck", Goto("a.start"))),
)


def world(*nodes, **more):
    return tree(*BASE, *nodes, **more)


def at(grown, *answers, **seen):
    steps = tuple(Answer(*a.split("/")) for a in answers)
    return replay(grown, steps, Seen(**seen))


def test_choices_lead_and_the_last_one_is_remembered():
    grown = world(node("a.start", choice("x", Goto("a.mehr"))), node("a.mehr"))
    place = at(grown, "eingang.worum/a", "a.start/x")
    assert place.node.ref == "a.mehr"
    assert place.topic == "a"
    assert [c.id for c in place.path] == ["x"]
    assert place.taken is not None
    assert place.taken.id == "x"


def test_an_answer_that_does_not_fit_any_more_is_passed_over():
    grown = world(node("a.start", choice("x", Goto("a.mehr"))), node("a.mehr"))
    place = at(grown, "eingang.worum/a", "a.gibtsnicht/x", "a.start/gibtsnicht", "a.start/x")
    assert place.node.ref == "a.mehr"
    assert at(grown, "a.gibtsnicht", "weg.start").node.ref == "eingang.worum"


def test_a_target_that_is_gone_leads_to_the_entrance():
    grown = world(node("a.start", choice("x", Goto("a.weg"))))
    assert at(grown, "eingang.worum/a", "a.start/x").node.ref == "eingang.worum"
    assert choices(grown, grown.nodes["a.start"], Seen()) == ()


def test_a_piece_comes_back_to_its_caller():
    grown = world(node("a.start", choice("x", Call("kontakt.karte", "a.danach"))), node("a.danach"))
    assert at(grown, "eingang.worum/a", "a.start/x").node.ref == "kontakt.karte"
    assert at(grown, "eingang.worum/a", "a.start/x", "kontakt.karte/fertig").node.ref == "a.danach"


def test_a_piece_without_a_caller_comes_back_to_the_entrance():
    grown = world(node("a.start"))
    gone = at(grown, "eingang.worum/a", "kontakt.karte", "eingang.worum")
    assert gone.node.ref == "eingang.worum"
    place = at(grown, "kontakt.karte", "kontakt.karte/fertig")
    assert place.node.ref == "eingang.worum"
    alone = at(grown, "schule.suche", "eingang.wer", "eingang.wer/ich")
    assert alone.node.ref == "eingang.worum"


def test_the_school_is_asked_once_and_the_way_goes_on():
    grown = world(node("a.start", choice("x", Goto("a.ort"))), node("a.ort", needs_place=True))
    way = ("eingang.worum/a", "a.start/x")
    assert at(grown, *way, district=None).node.ref == "schule.suche"
    assert at(grown, *way, "schule.suche/ohne", district="").node.ref == "a.ort"
    assert at(grown, *way, "schule.suche/st-5").node.ref == "a.ort"


def test_a_school_found_by_typing_is_an_answer_and_another_is_none():
    grown = world(node("a.start"))
    way = ("eingang.worum/a", "schule.suche")
    assert at(grown, *way, "schule.suche/st-5").node.ref == "a.start"
    assert at(grown, *way, "schule.suche/st-6").node.ref == "schule.suche"


def test_who_writes_is_asked_before_a_topic():
    grown = world(node("a.start"))
    assert at(grown, "a.start", audience=None).node.ref == "eingang.wer"
    assert at(grown, "a.start", "eingang.wer/ich").node.ref == "a.start"


def test_a_topic_of_others_leads_to_the_entrance():
    grown = world(node("a.start"), audiences={"a": frozenset({Audience.TEACHER})})
    assert at(grown, "eingang.worum/a").node.ref == "eingang.worum"
    offered = choices(grown, grown.nodes["eingang.worum"], Seen())
    assert [c.id for c in offered] == ["b"]


def test_a_node_that_is_not_for_now_leads_to_its_topic():
    late = node("a.spaet", valid_from=date(2027, 1, 1))
    over = node("a.vorbei", valid_to=date(2026, 1, 1))
    grown = world(node("a.start"), late, over)
    assert at(grown, "a.spaet").node.ref == "a.start"
    assert at(grown, "a.vorbei").node.ref == "a.start"
    assert at(grown, "a.spaet", day=date(2027, 1, 1)).node.ref == "a.spaet"


def test_a_topic_that_begins_later_leads_to_the_entrance():
    grown = world(node("a.start", valid_from=date(2027, 1, 1)))
    assert at(grown, "eingang.worum/a").node.ref == "eingang.worum"


@pytest.mark.parametrize(
    ("only", "seen", "there"),
    [
        (Only(audience=frozenset({Audience.PUPIL})), {}, True),
        (Only(audience=frozenset({Audience.TEACHER})), {}, False),
        (Only(language=frozenset({"uk"})), {}, False),
        (Only(district=frozenset({"halle"})), {}, True),
        (Only(district=frozenset({"harz"})), {}, False),
        (Only(school_type=frozenset({"Grundschule"})), {}, True),
        (Only(school_type=frozenset({"Gymnasium"})), {}, False),
        (Only(open=True), {"open": False}, False),
        (Only(open=False), {"open": False}, True),
        (Only(reachable=True), {"reachable": False}, False),
        (Only(reachable=False), {"reachable": False}, True),
    ],
)
def test_conditions_decide_what_is_offered(only, seen, there):
    grown = world(node("a.start", choice("x", Done(), only=only)))
    assert bool(choices(grown, grown.nodes["a.start"], Seen(**seen))) is there


def test_the_school_stays_out_once_a_complaint_was_made():
    call = choice("x", Call("kontakt.karte", "a.start", skip_school=True))
    grown = world(node("a.start", call))
    inside = at(grown, "eingang.worum/a", "a.start/x")
    assert inside.skip_school
    after = at(grown, "eingang.worum/a", "a.start/x", "kontakt.karte/fertig", "kontakt.karte")
    assert after.skip_school
    other = at(grown, "eingang.worum/a", "a.start/x", "kontakt.karte/fertig", "b.start")
    assert not other.skip_school


def test_a_gate_hears_that_the_school_is_to_stay_out():
    gate = Gate("kontakt.wem", "school", {"allowed": "kontakt.drin", "excluded": "kontakt.raus"})
    call = choice("x", Call("kontakt.wem", "a.start", skip_school=True))
    grown = world(node("a.start", call), gate, node("kontakt.drin"), node("kontakt.raus"))
    assert at(grown, "eingang.worum/a", "a.start/x").node.ref == "kontakt.raus"
    assert at(grown, "kontakt.wem").node.ref == "kontakt.drin"


def test_gates_in_a_circle_are_a_bug_and_raise():
    back = {"known": "a.hin", "unknown": "a.hin"}
    there = {"known": "a.her", "unknown": "a.her"}
    gates = (Gate("a.hin", "audience", there), Gate("a.her", "audience", back))
    with pytest.raises(RuntimeError, match="circle"):
        at(world(*gates), "a.hin")


def test_what_sends_is_no_answer():
    grown = world(
        node("a.start", choice("x", Goto("a.weg"), act=Act.SEND)),
        node("a.weg"),
    )
    assert at(grown, "eingang.worum/a", "a.start/x").node.ref == "a.start"


def test_a_question_settled_meanwhile_is_not_asked_on_the_way_back():
    grown = world(node("a.start"))
    way = ("a.start", "kontakt.karte", "eingang.wer")
    back = at(grown, "schule.suche", "kontakt.karte", "kontakt.karte/fertig", district="halle")
    assert back.node.ref == "eingang.worum"
    assert at(grown, *way, "eingang.wer/ich").node.ref == "eingang.worum"


def test_no_text_is_asked_for_where_nobody_reads():
    gate = Gate("kontakt.start", "reachable", {"live": "kontakt.text", "nobody": "kontakt.niemand"})
    nodes = (gate, node("kontakt.text", ask=Ask.MESSAGE), node("kontakt.niemand"))
    grown = tree(*(n for n in BASE if not n.ref.startswith("kontakt.")), *nodes)
    assert at(grown, "kontakt.text").node.ref == "kontakt.text"
    assert at(grown, "kontakt.text", reachable=False).node.ref == "kontakt.niemand"


def test_a_sent_request_is_shown_only_while_it_is_open():
    call = choice("hilfe", Call("schule.suche", "kontakt.gesendet"))
    grown = world(node("a.start"), node("kontakt.gesendet", call))
    way = ("eingang.worum/a", "kontakt.gesendet")
    assert at(grown, *way).node.ref == "a.start"
    assert at(grown, *way, waiting=True).node.ref == "kontakt.gesendet"
    through = (*way, "kontakt.gesendet/hilfe", "schule.suche/ohne")
    assert at(grown, *through, waiting=True).node.ref == "kontakt.gesendet"


def test_a_piece_opened_inside_another_does_not_come_back_twice():
    grown = world(node("a.start"))
    way = ("eingang.worum/a", "kontakt.karte", "schule.suche", "kontakt.karte")
    assert [f.then for f in at(grown, *way).frames] == ["a.start"]
    notfall = node("schule.mehr", choice("ja", Call("kontakt.karte", "schule.suche")))
    deeper = world(node("a.start"), notfall)
    way2 = ("eingang.worum/a", "schule.mehr", "schule.mehr/ja", "schule.suche")
    assert [f.then for f in at(deeper, *way2, district=None).frames] == ["a.start"]
    assert at(grown, *way, "kontakt.karte/fertig").node.ref == "a.start"


def test_an_old_button_reopens_its_node():
    grown = world(node("a.start", choice("x", Goto("a.mehr"))), node("a.mehr"))
    way = (Answer("eingang.worum", "a"), Answer("a.start", "x"))
    assert answered(grown, way, "a.start", "x", Seen()) == way
    assert answered(grown, (), "a.start", "x", Seen()) == (
        Answer("a.start"),
        Answer("a.start", "x"),
    )


def test_outside_is_where_the_piece_was_called():
    grown = world(node("a.start", choice("x", Call("kontakt.karte", "a.start"))))
    way = (Answer("eingang.worum", "a"), Answer("a.start", "x"))
    assert outside(grown, way, Seen()) == way[:1]


def test_a_walk_in_circles_is_shortened_where_it_stands():
    grown = world(node("a.start", choice("b", Goto("b.start"))))
    rounds = (Answer("a.start", "b"), Answer("b.start", "zurueck")) * MAX_ANSWERS
    long = (Answer("eingang.worum", "a"), *rounds)[: MAX_ANSWERS + 1]
    short = shortened(grown, long, Seen())
    assert len(short) < MAX_ANSWERS
    assert replay(grown, short, Seen()).node == replay(grown, long, Seen()).node
    assert shortened(grown, short, Seen()) == short
