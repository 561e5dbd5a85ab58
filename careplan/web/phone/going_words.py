"""What the page of a remembered phone says: handed to its script, which has no words of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from careplan.visits.visit import AIM, LONGEST_WORDS, MAY_TAKE_BACK, MUST, SHOWN_FOR, Tap, When

Words = Callable[[str], str]


def going_words(_: Words) -> dict[str, object]:
    return {**_buttons(_), **_state(_), **_clock(_), **_bounds(), "urgent": _urgent(_)}


def _bounds() -> dict[str, object]:
    """In milliseconds, from the room that says what a visit is."""
    marks = {"aim": AIM, "must": MUST, "back": MAY_TAKE_BACK, "shown": SHOWN_FOR}
    marks["old"] = timedelta(hours=4)
    return {
        "marks": {name: one.total_seconds() * 1000 for name, one in marks.items()},
        "most": LONGEST_WORDS,
    }


def _buttons(_: Words) -> dict[str, object]:
    return {
        "taps": {
            Tap.GOING_IN: _("I’m going in"),
            Tap.ARRIVED: _("I have arrived"),
            Tap.RELIEF_GIVEN: _("I was given pain relief"),
            Tap.CHECKED_AGAIN: _("They checked me again"),
            Tap.LEFT: _("I have left"),
        },
        "again": _("I was given pain relief again"),
        "took": _("What I took"),
        "where": _("Where I am going"),
        "goingTo": _("Going to: {place}"),
        "tookTitle": _("1. Tap what you took"),
        "tookWhen": _("2. Tap when. That keeps it: {what}"),
        "ownMedicine": _("My usual pain relief"),
        "other": _("Something else"),
        "nothing": _("I took nothing"),
        "tookNothing": _("I took nothing for the pain"),
        "iTook": _("I took {what}, {when}"),
        "whens": [
            (When.JUST_NOW, _("Just now")),
            (When.HALF_HOUR, _("About 30 minutes ago")),
            (When.HOUR, _("About 1 hour ago")),
            (When.TWO_HOURS, _("About 2 hours ago")),
            (When.FOUR_HOURS, _("About 4 hours ago")),
            (When.EARLIER, _("Longer ago than that")),
        ],
        "somethingElse": _("something else"),
        "ownHospital": _("My own hospital"),
        "places": [_("The nearest hospital"), _("Wherever the ambulance goes")],
        "inWords": _("Somewhere else, in your own words"),
        "medicineInWords": _("You can write what it was"),
        "there": _("There"),
        "next": _("Next"),
        "back": _("Back"),
        "takeBack": _("Take it back"),
        "tell": _("Yes, tell my team"),
        "dontTell": _("No, do not tell them"),
        "same": _("Is this another visit?"),
        "since": _("You pressed “I’m going in” at {time}. What you tap belongs to that visit."),
        "another": _("That visit is over: start another"),
        "showPlan": _("Open the copy of my plan on this phone"),
        "forget": _("Forget this phone"),
        "forgetNow": _("Yes, forget it, with anything not sent"),
        "keep": _("No, keep it"),
        "sendNow": _("Try to send now"),
    }


def _state(_: Words) -> dict[str, object]:
    return {
        "title": _("I’m going in"),
        "forWhom": _("For {name}: “I” and “you” here mean them. Your own name stands beside it."),
        "onTheWay": _("On the way in"),
        "here": _("In the emergency department"),
        "what": _("One press. For 24 hours, staff who open the plan see what is tapped here."),
        "none": (
            _("This phone does not remember you"),
            _("Sign in once and choose “Remember this phone”. After that it is one press here."),
        ),
        "signIn": _("Sign in"),
        "forgotten": (
            _("This phone has been forgotten"),
            _(
                "What is tapped here is not sent any more. Sign in to say “I’m going in”, and to "
                "make this phone remember again."
            ),
        ),
        "unable": (
            _("This browser cannot keep taps"),
            _("Sign in to say “I’m going in”, or ring your team."),
        ),
        "tapped": _("You tapped “{words}” at {time}."),
        "allSent": _("All sent."),
        "notSent": _("Not sent yet: {n}. They are kept here and go when there is a signal."),
        "sending": _("Sending…"),
        "sent": _("sent"),
        "waiting": _("not sent yet"),
        "refusals": {
            "too_many": _("not taken: as much as can be kept was kept already"),
            "too_late": _("not taken: too late to take it back, you can put it right later"),
            "unreadable": _("not taken: it could not be read"),
        },
        "joined": _(
            "“I’m going in” had been pressed already. These taps were added to that visit."
        ),
        "takenBack": _("taken back"),
        "list": _("What was tapped"),
        "team": _("Tell my team that I am in an emergency department?"),
        "teamYes": _("You said yes."),
        "teamNo": _("You said no."),
        "teamAsLast": _("Until you say, it is as you chose the last time."),
    }


def _clock(_: Words) -> dict[str, object]:
    return {
        "justNow": _("You have just arrived."),
        "minute": _("You arrived 1 minute ago."),
        "minutes": _("You arrived {n} minutes ago."),
        "hours": _("You arrived {h} h {n} min ago."),
        "goal": _("Aim: first pain relief within 15 minutes. Must: within 30 (NICE)."),
        "relieved": _(
            "You tapped that you were given pain relief at {time}. They should check your pain "
            "every 30 minutes until it is controlled (NICE)."
        ),
        "before": _("You tapped pain relief before you arrived. The report will ask you about it."),
        "aim": (
            _("15 minutes have passed. It is fine to ask now. You can say:"),
            _(
                "“I have sickle cell disease and I am in a lot of pain. My plan says what helps. "
                "When will I get my pain relief?”"
            ),
        ),
        "must": (
            _("30 minutes have passed. Ask for the nurse in charge. You can say this:"),
            _(
                "“I have sickle cell disease. I arrived more than 30 minutes ago and have had no "
                "pain relief. National guidance (NICE CG143) says within 30 minutes. Please tell "
                "the nurse in charge.”"
            ),
        ),
    }


def _urgent(_: Words) -> dict[str, object]:
    return {
        "title": _("Ring 999, or tell staff at once, if there is:"),
        "signs": [
            _("trouble breathing, or pain in the chest"),
            _(
                "a drooping face, a weak arm or leg, trouble speaking or seeing, the worst "
                "headache, confusion, or a fit"
            ),
            _("somebody very pale, very sleepy, floppy or collapsed"),
            _("a big or very painful tummy"),
            _("somebody hot or shivering, who looks ill"),
        ],
        "ring": _("Ring 999"),
    }
