"""The pages of a list in words and links. Pure."""

from typing import Final

import msgspec

from rms.caseload.worklist.asked import ROWS_A_PAGE, Asked, address_of

_NEIGHBOURS: Final = 1


class PageLink(msgspec.Struct, frozen=True, kw_only=True):
    """One number below a list; `href` is None where numbers are left out."""

    number: str
    href: str | None
    current: bool = False


class Paging(msgspec.Struct, frozen=True, kw_only=True):
    """The foot of a list. `links` is empty when everything stands on one page."""

    shown: str
    links: tuple[PageLink, ...]
    before: str | None
    after: str | None


def paging(path: str, asked: Asked, *, total: int, on_page: int) -> Paging:
    """Where one is in a list of `total` rows."""
    last = pages_of(total)
    if last <= 1:
        return Paging(shown="", links=(), before=None, after=None)
    near = {1, last, *range(asked.page - _NEIGHBOURS, asked.page + _NEIGHBOURS + 1)}
    numbers = sorted(number for number in near if 1 <= number <= last)
    links: list[PageLink] = []
    for number in numbers:
        if links and number - int(links[-1].number) > 1:
            links.append(PageLink(number=str(number - 1), href=None))
        links.append(PageLink(number=str(number), href=_page(path, asked, number), current=number == asked.page))
    return Paging(
        shown=f"Showing {asked.first_row + 1:,} to {asked.first_row + on_page:,} of {total:,}",
        links=tuple(links),
        before=_page(path, asked, asked.page - 1) if asked.page > 1 else None,
        after=_page(path, asked, asked.page + 1) if asked.page < last else None,
    )


def pages_of(total: int) -> int:
    """How many pages so many rows take."""
    return -(-total // ROWS_A_PAGE)


def titled(title: str, asked: Asked, *, total: int) -> str:
    """The title of a page of a list, with its number when there are several."""
    last = pages_of(total)
    return title if last <= 1 else f"{title} (page {asked.page} of {last})"


def _page(path: str, asked: Asked, number: int) -> str:
    return address_of(path, msgspec.structs.replace(asked, page=number))
