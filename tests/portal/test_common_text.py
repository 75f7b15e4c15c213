"""Text that people wrote: tidied when stored, harmless when shown."""

from __future__ import annotations

import pytest

from portal.common.text import paragraphs, tidy


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        pytest.param("  a\r\nb\rc ", "a\nb\nc", id="one kind of line end, no outer blanks"),
        pytest.param("e\u0301", "\u00e9", id="composed letters"),
        pytest.param("a\x00b\x07c", "abc", id="no controls"),
        pytest.param("pay\u202egnp.exe", "paygnp.exe", id="nothing that turns the reading direction"),
        pytest.param("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937", id="joiners that scripts need"),
        pytest.param("p < 0.05 & <b>", "p < 0.05 & <b>", id="signs are signs"),
    ],
)
def test_tidy_keeps(written: str, kept: str) -> None:
    assert tidy(written) == kept


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "<svg/onload=alert(1)>",
        "</p><style>*{display:none}</style>",
    ],
)
def test_paragraphs_show_markup_as_text(markup: str) -> None:
    html = paragraphs(markup)
    assert all(f"<{tag}" not in html for tag in ("script", "img", "a", "svg", "style"))
    assert "&lt;" in html


def test_paragraphs_are_made_of_blank_lines_and_addresses_become_links() -> None:
    html = paragraphs("See https://example.org/a?b=1&c=2\n\nand p < 0.05.")
    assert html.count("<p>") == 2
    assert '<a href="https://example.org/a?b=1&amp;c=2" rel="nofollow noopener">' in html
    assert "p &lt; 0.05" in html


def test_paragraphs_link_no_other_address_than_the_webs() -> None:
    assert "<a" not in paragraphs("javascript:alert(1) data:text/html,x")
