"""A redirect of ours never leaves us."""

import pytest

from rms.web.pages import go_to


@pytest.mark.parametrize(
    "path", ["https://evil.example.com", "//evil.example.com", "/\\evil.example.com", "page", "", "/a\r\nb"]
)
def test_a_redirect_to_elsewhere_is_refused(path):
    with pytest.raises(ValueError, match="our own pages"):
        go_to(path)


def test_a_redirect_to_a_page_of_ours():
    assert go_to("/questions/wellbeing").status_code == 303
