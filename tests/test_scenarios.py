"""Every conversation in tests/scenarios is played over the whole application.

Day one is a table: four people who come × three kinds of office data (one file each) × four
times; each is asked what answers at that hour.
"""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from playing import House, house, real_knowledge

from bot.channels.terminal import Line, Person
from bot.core.calendar import ZONE
from bot.core.records import Conversation, ConversationKey
from bot.core.tree import Ask, Audience
from bot.scenario import Player, Scenario, ScenarioFault, instant, read, written

FOLDER = Path(__file__).parent / "scenarios"
DAY_ONE = FOLDER / "erster-tag"
LIVE = sorted(
    [
        *FOLDER.glob("*.yaml"),
        *(FOLDER / "beitreten").glob("*.yaml"),
        *(FOLDER / "schreibtisch").glob("*.yaml"),
    ]
)

PEOPLE = ("schueler", "mutter", "lehrkraft", "programm")
OFFICES = ("telefon", "nur-seite", "nichts")
TIMES = {
    "school day 10:00": "2026-11-24 10:00",
    "school day 22:00": "2026-11-24 22:00",
    "Saturday 15:00": "2026-11-28 15:00",
    "summer holidays 10:00": "2027-07-14 10:00",
}
# Who is on the screen "Wer antwortet jetzt?" at that hour, and who must not be.
ALWAYS = ("112", "TelefonSeelsorge")
WEEKDAY_CLOSED = "116 111"  # Kinder- und Jugendtelefon, Monday to Saturday 14 to 20
PARENTS_LINE = "0800 111 0 550"  # Elterntelefon, by day on weekdays only
ANSWERS = {
    ("schueler", "Saturday 15:00"): ("krisenchat", "116 111"),
    ("schueler", "school day 22:00"): ("krisenchat",),
    ("schueler", "school day 10:00"): ("krisenchat",),
    ("schueler", "summer holidays 10:00"): ("krisenchat",),
    ("mutter", "school day 10:00"): (PARENTS_LINE,),
    ("mutter", "summer holidays 10:00"): (PARENTS_LINE,),
}
SILENT = {
    ("schueler", "school day 10:00"): (WEEKDAY_CLOSED,),
    ("schueler", "school day 22:00"): (WEEKDAY_CLOSED,),
    ("schueler", "summer holidays 10:00"): (WEEKDAY_CLOSED,),
    ("mutter", "school day 22:00"): (PARENTS_LINE,),
    ("mutter", "Saturday 15:00"): (PARENTS_LINE,),
}


async def play(folder: Path, scenario: Scenario) -> House:
    """The scenario, step by step; the house it was played in, closed."""
    async with house(folder, scenario.world.at) as home:
        await Player(home.app, home.stage, home.clock, scenario).play()
    return home


# ── A live office ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", LIVE, ids=lambda path: path.stem)
async def test_a_conversation_goes_as_it_is_written(path, tmp_path):
    home = await play(tmp_path, read(path))
    assert home.log == []


def test_there_are_enough_conversations_and_each_is_short():
    assert len(LIVE) >= 25
    for path in LIVE:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 60, path.name


# ── Day one ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("when", TIMES)
@pytest.mark.parametrize("office", OFFICES)
@pytest.mark.parametrize("person", PEOPLE)
async def test_on_day_one_everybody_gets_what_is_known_and_no_promise(
    person, office, when, tmp_path
):
    scenario = read(DAY_ONE / f"{person}-{office}.yaml")
    asked = (*scenario.talk, {"tap": "Wer antwortet jetzt?"}, {"bot": {"node": "notfall.jetzt"}})
    world = replace(scenario.world, at=instant(TIMES[when]))
    home = await play(tmp_path, replace(scenario, world=world, talk=asked))

    now = home.last("visitor").text
    for line in (*ALWAYS, *ANSWERS.get((person, when), ())):
        assert line in now
    for line in SILENT.get((person, when), ()):
        assert line not in now
    assert home.log == []


@pytest.mark.parametrize("office", OFFICES)
@pytest.mark.parametrize("person", PEOPLE)
async def test_on_day_one_no_text_is_asked_for_and_none_is_kept(person, office, tmp_path):
    scenario = read(DAY_ONE / f"{person}-{office}.yaml")
    async with house(tmp_path, scenario.world.at) as home:
        player = Player(home.app, home.stage, home.clock, scenario)
        await player.play()
        await home.say("visitor", "das hier darf nirgends stehen")
        kept = await home.app.store.run(lambda work: work.load(ConversationKey("visitor")))
    assert_asks_for_no_text(home)
    assert isinstance(kept, Conversation)
    assert kept.draft == ()
    assert b"nirgends" not in (tmp_path / "played.sqlite").read_bytes()


def assert_asks_for_no_text(home: House) -> None:
    """No screen was one that collects a message, and none promised an answer."""
    tree = real_knowledge().tree
    nodes = [node for topic in tree.topics.values() for node in topic.nodes.values()]
    for node in nodes:
        if getattr(node, "ask", None) is Ask.MESSAGE:
            for audience in Audience:
                begin = node.say.of(audience).split("{")[0].split(".")[0]
                assert begin not in home.told("visitor"), node.ref
    assert "Absenden" not in [b.label for s in home.stage.shown["visitor"] for b in s.choices]
    assert "Zugesagt" not in home.told("visitor")


async def test_a_live_office_does_ask_for_text_so_the_check_above_can_fail(tmp_path):
    home = await play(tmp_path, read(FOLDER / "antwort-mit-vorschau-und-abschluss.yaml"))
    with pytest.raises(AssertionError):
        assert_asks_for_no_text(home)


# ── The grammar ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("talk: []", "genau „world“ und „talk“"),
        ("world: {}\ntalk: []", "„at“ ist nötig"),
        ("world: {at: gestern}\ntalk: []", "kein Zeitpunkt"),
        ("world: {at: 2026-11-24 10:00, weather: good}\ntalk: []", "„world“ kennt"),
        ("world: {at: 2026-11-24 10:00}\ntalk: [{sing: la}]", "„sing“ ist kein Schritt"),
        ("world: {at: 2026-11-24 10:00}\ntalk: [{tap: a, bot: {}}]", "genau einen Namen"),
        ("world: [\n", "lässt sich nicht lesen"),
    ],
)
def test_a_file_outside_the_grammar_is_refused_with_a_sentence(text, sentence, tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioFault, match=sentence):
        read(path)


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ({"tap": "Gibt es nicht"}, "Einen Knopf „Gibt es nicht“ gibt es nicht"),
        ({"bot": {"contains": "Gibt es nicht"}}, "steht nicht da"),
        ({"bot": {"node": "mobbing.ende"}}, "Erwartet war „mobbing.ende“"),
        ({"bot": {"choices": ["Gibt es nicht"]}}, "Erwartet: "),
        ({"bot": {"colour": "red"}}, "kennt nur"),
        ({"later": "bald"}, "keine Dauer"),
        ({"desk netzwerkstelle-halle": {"tap": "Übernehmen"}}, "sitzt in diesem Szenario niemand"),
        ({"desk netzwerkstelle-magdeburg": {"sing": "la"}}, "gibt es am Schreibtisch nicht"),
        ({"desk netzwerkstelle-magdeburg": {"card": {}}}, "keine offene Anfrage"),
    ],
)
async def test_a_talk_that_goes_another_way_says_where_and_how(step, sentence, tmp_path):
    text = "world: {at: 2026-11-24 10:00, members: {netzwerkstelle-magdeburg: [A, B]}}\ntalk: []"
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    scenario = replace(read(path), talk=({"pupil": "Schüler:in"}, step))
    with pytest.raises(ScenarioFault, match=sentence) as fault:
        await play(tmp_path, scenario)
    assert f"Schritt 2 ({next(iter(step))})" in str(fault.value)


async def test_a_recorded_talk_can_be_played(tmp_path):
    visitor, desk = Person("visitor", "Besuch"), Person("A", "A", "netzwerkstelle-magdeburg A")
    talk = [
        Line(visitor, "Hallo und willkommen. Wer schreibt?", answer=True),
        Line(visitor, "Eltern, Familie", tapped=True),
        Line(visitor, "Worum geht es? Wählen Sie.", answer=True),
        Line(visitor, "gibberisch zum aufzeichnen"),
        Line(desk, "/anfragen"),
        Line(desk, "Gerade ist nichts offen.", answer=True),
    ]
    world = {"at": "2026-11-24 10:00", "members": {"netzwerkstelle-magdeburg": ["A", "B"]}}
    path = tmp_path / "recorded.yaml"
    path.write_text(written(world, Audience.PUPIL, talk), encoding="utf-8")
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["talk"] == [
        {"bot": {"contains": "Hallo und willkommen."}},
        {"tap": "Eltern, Familie"},
        {"bot": {"contains": "Worum geht es?"}},
        {"pupil": "gibberisch zum aufzeichnen"},
        {"desk netzwerkstelle-magdeburg A": {"type": "/anfragen"}},
        {"desk netzwerkstelle-magdeburg A": {"contains": "Gerade ist nichts offen."}},
    ]
    await play(tmp_path, read(path))


def test_the_name_of_a_request_is_drawn_anew_so_it_is_not_recorded():
    line = Line(Person("visitor", ""), "Ein Mensch hat „Blauer Otter“ gelesen. Bald.", answer=True)
    talk = yaml.safe_load(written({"at": "2026-11-24 10:00"}, None, [line]))["talk"]
    assert talk == [{"bot": {"contains": "Ein Mensch hat"}}]


def test_an_instant_without_offset_is_berlin():
    assert instant("2026-11-24 22:04") == datetime(2026, 11, 24, 22, 4, tzinfo=ZONE)
    assert instant("2026-07-14T10:00+00:00").hour == 10
