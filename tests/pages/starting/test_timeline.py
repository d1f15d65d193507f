"""The small picture of a plan: the same dates as the list, from edge to edge, and years that do not collide."""

from datetime import date, timedelta
from itertools import pairwise

from rms.caseload.starting.timeline import timeline
from rms.plans.model import Course, Override, Skip
from rms.plans.protocol import load_library
from rms.plans.schedule import preview

TODAY = date(2027, 3, 1)


def drawn(key: str = "prostate-after-prostatectomy", *, overrides: tuple[Override, ...] = ()):
    course = Course(anchors={"surgery": TODAY, "diagnosis": TODAY, "end_of_treatment": TODAY}, started_on=TODAY,
                    born_on=date(1950, 4, 3))  # fmt: skip
    whole = preview(load_library()[key], course=course, today=TODAY, overrides=overrides)
    return whole, timeline(whole.lines)


def test_every_date_has_a_mark_and_all_lie_inside_the_picture() -> None:
    for key in load_library():
        whole, picture = drawn(key)
        assert picture is not None
        places = [float(mark.x.rstrip("%")) for strip in picture.strips for mark in strip.marks]
        assert len(places) == len(whole.lines)
        has_several = len({line.occurrence.due_on for line in whole.lines}) > 1
        assert (min(places), max(places)) == (2.0, 98.0 if has_several else 2.0)
        for strip in picture.strips:
            own = [float(mark.x.rstrip("%")) for mark in strip.marks]
            assert own == sorted(own)


def test_one_that_is_left_out_is_a_ring_and_counted_apart() -> None:
    skip = Override(change=Skip(step="symptom-check", number=2), reason="Away", author="N", made_on=TODAY,
                    review_on=TODAY + timedelta(days=1))  # fmt: skip
    _, picture = drawn(overrides=(skip,))
    assert picture is not None
    checks = next(strip for strip in picture.strips if "heck" in strip.title)
    assert [mark.left_out for mark in checks.marks].count(True) == 1
    assert ", 1 left out, " in checks.words


def test_years_have_room_for_their_names() -> None:
    for key in load_library():
        _, picture = drawn(key)
        assert picture is not None
        named = [float(tick.x.rstrip("%")) for tick in picture.ticks if tick.label]
        # 320 pixels of screen leave 288 for the picture; a year takes 28.
        assert all((b - a) * 2.88 >= 28 for a, b in pairwise(named)), key


def test_a_plan_without_dates_has_no_picture_and_one_date_stands_in_it() -> None:
    assert timeline(()) is None
    whole, _ = drawn()
    alone = timeline(whole.lines[:1])
    assert alone is not None
    assert [mark.x for mark in alone.strips[0].marks] == ["2.00%"]
