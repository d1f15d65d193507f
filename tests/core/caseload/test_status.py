"""Where a person stands in one line, and the one button: a row for each state."""

from datetime import date
from uuid import UUID

import msgspec
import pytest

from rms.caseload.people.status import NextStep, PersonStands, PlanStands, Referral, Tone, partial_words, status_of
from rms.people.model import Role
from rms.people.permissions import Permission, Relation, may

TODAY = date(2027, 6, 1)
ME, PLAN = UUID(int=1), UUID(int=2)
PSA = NextStep(title="PSA blood test", due_on=date(2027, 7, 30))


def a_plan(state: str = "active", **more: object) -> PlanStands:
    return msgspec.structs.replace(PlanStands(ref=PLAN, title="After surgery", state=state, next_step=PSA), **more)


def person(*plans: PlanStands, **more: object) -> PersonStands:
    return msgspec.structs.replace(PersonStands(ref=ME, plans=plans), **more)


def says(stands: PersonStands, *, role: Role = Role.NURSE_SPECIALIST) -> tuple[str, str, str, str]:
    status = status_of(stands, may=lambda one: may(role, one, relation=Relation.OWN_TEAM), today=TODAY)
    button = status.button
    return status.tone, status.heading, " ".join(status.lines), f"{button.text} {button.href}" if button else ""


PAUSED = a_plan("paused", until=date(2027, 9, 1), reason="Abroad.")
ENDED = a_plan("ended", ended_on=date(2027, 5, 1), outcome="moved")
HELD = a_plan("held", reason="Something must be confirmed.")
REFERRED = Referral(
    href="/alerts/r",
    said="Referred on 1 May 2027 by Nora Nurse: To the MDT.",
    owner="Nora Nurse",
    wanted="5 May 2027, 17:00",
)
FLAG = "Act today: An answer of 30 May 2027 needs a person: Blood in the urine."
CONTACT = f"Change how we contact them /people/{ME}/contact"
GO_ON = f"Let the plan go on /plans/{PLAN}/go-on"


@pytest.mark.parametrize(
    ("stands", "tone", "words", "button"),
    [
        (person(a_plan()), Tone.ON_PLAN, "On plan. After surgery. Next: PSA blood test, due 30 July 2027.", CONTACT),
        (person(a_plan(next_step=NextStep(title="PSA blood test", due_on=date(2027, 5, 31)))), Tone.ON_PLAN,
         "On plan. After surgery. Late: PSA blood test, was due 31 May 2027, 1 day ago.", CONTACT),
        (person(a_plan(next_step=None)), Tone.ON_PLAN, "On plan. After surgery. Nothing more is due.", CONTACT),
        (person(PAUSED), Tone.PAUSED,
         "Paused. Nothing is sent. After surgery: paused until 1 September 2027: Abroad.", GO_ON),
        (person(HELD), Tone.HELD, "On hold. Nothing is sent. After surgery: on hold: Something must be confirmed.", GO_ON),
        (person(ENDED), Tone.ENDED,
         "Follow-up has ended. After surgery: ended on 1 May 2027: Followed up elsewhere now.", CONTACT),
        (person(start="/starting/x"), Tone.NO_PLAN, "Not in follow-up: there is no plan yet. ", "Start follow-up /starting/x"),
        (person(a_plan(), to_review="/results/r"), Tone.ON_PLAN,
         "On plan. After surgery. Next: PSA blood test, due 30 July 2027.", "Look at the result that waits /results/r"),
        (person(a_plan(), to_review="/results/r", urgent_alert="/alerts/a"), Tone.ON_PLAN,
         "On plan. After surgery. Next: PSA blood test, due 30 July 2027.", "Look at the alert /alerts/a"),
        (person(a_plan(), referrals=(REFERRED,)), Tone.REFERRED,
         ("Referred: it is not known yet what came of it. On plan. Referred on 1 May 2027 by Nora Nurse: To the MDT. "
         "Next: Nora Nurse, by 5 May 2027, 17:00. After surgery. Next: PSA blood test, due 30 July 2027."),
         "Say what came of the referral /alerts/r"),
        (person(a_plan(), urgent=(FLAG,), referrals=(REFERRED,), urgent_alert="/alerts/a"), Tone.URGENT,
         (f"{FLAG} Referred: it is not known yet what came of it. On plan. Referred on 1 May 2027 by Nora Nurse: "
         "To the MDT. Next: Nora Nurse, by 5 May 2027, 17:00. After surgery. Next: PSA blood test, due 30 July 2027."),
         "Look at the alert /alerts/a"),
        (person(PAUSED, urgent=(FLAG,)), Tone.PAUSED,
         f"{FLAG} Paused. Nothing is sent. After surgery: paused until 1 September 2027: Abroad.", GO_ON),
        (person(HELD, death_state="formal", died_on="2027-05", urgent=(FLAG,), referrals=(REFERRED,)), Tone.DEAD,
         ("Has died (May 2027). Nothing is sent. Referred on 1 May 2027 by Nora Nurse: To the MDT. Next: Nora Nurse, by "
         "5 May 2027, 17:00. After surgery: on hold: Something must be confirmed."),
         f"Confirm the death and end the plan /plans/{PLAN}/after-death"),
        (person(HELD, death_state="formal", died_on="2027-05"), Tone.DEAD,
         "Has died (May 2027). Nothing is sent. After surgery: on hold: Something must be confirmed.",
         f"Confirm the death and end the plan /plans/{PLAN}/after-death"),
        (person(ENDED, death_state="formal"), Tone.DEAD,
         "Has died. Nothing is sent. After surgery: ended on 1 May 2027: Followed up elsewhere now.", ""),
        (person(HELD, death_state="informal", urgent_alert="/alerts/a"), Tone.DEAD,
         ("May have died: not confirmed. Nothing is sent until somebody confirms it or takes it back. "
          "After surgery: on hold: Something must be confirmed."), f"Confirm the death, or take it back /people/{ME}/death"),
    ],
)  # fmt: skip
def test_a_person_in_a_state_reads_like_this(stands: PersonStands, tone: Tone, words: str, button: str) -> None:
    said = says(stands)
    assert (said[0], f"{said[1]} {said[2]}", said[3]) == (tone, words, button)


def test_somebody_who_may_not_is_offered_the_next_thing_or_nothing() -> None:
    assert says(person(PAUSED), role=Role.SUPPORT_WORKER)[3] == CONTACT
    assert says(person(HELD, death_state="formal"), role=Role.SUPPORT_WORKER)[3] == ""
    assert says(person(msgspec.structs.replace(PAUSED, is_ours=False)))[3] == CONTACT
    assert not may(Role.CONSULTANT, Permission.CONTACT_CHANGE, relation=Relation.OWN_TEAM)
    assert says(person(a_plan()), role=Role.CONSULTANT)[3] == ""


def test_of_several_plans_one_that_runs_counts_and_each_has_its_sentence() -> None:
    said = says(person(ENDED, PAUSED, a_plan(title="After the other")))
    assert said[0] == Tone.ON_PLAN
    assert "paused until" in said[2]
    assert "After the other. Next" in said[2]
    assert "ended" not in said[2]


def test_a_date_of_which_only_a_part_is_known_reads_so() -> None:
    assert [partial_words(one) for one in ("2027-03-03", "2027-03", "2027", None)] == [
        "3 March 2027", "March 2027", "2027", "the day is not known"]  # fmt: skip
