"""How facts are written on a page: code tiles, figures, dates, formulas, icons. No queries, no models."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Any

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import BoundField
from django.template.context import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.web import words

register = template.Library()


@register.simple_tag
@cache
def icon(name: str, css_class: str = "ico") -> SafeString:
    """One icon of `web/icons.svg`, hidden from screen readers: a word always stands beside it.

    Args:
        name: the symbol's id, for instance `i-search`, `v-1`, `e-against`.
        css_class: `ico` strokes interface icons; verdicts and evidence take an empty class.
    """
    source = f"{static('web/icons.svg')}#{name}"
    return format_html('<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"/></svg>', css_class, source)


@register.simple_tag
def drawing_aid() -> str:
    """Address of the structure editor's script, or nothing where it was not fetched."""
    try:
        return staticfiles_storage.url("vendor/openchemlib.js")
    except ValueError:  # the manifest has no such file
        return ""


@register.simple_tag(takes_context=True)
def rooms(context: Context) -> list[dict[str, object]]:
    """Links of the main navigation: only rooms whose address exists, the current one marked."""
    request = context.get("request")
    path = request.path if request is not None else ""
    links: list[dict[str, object]] = []
    for name, label in words.ROOMS:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        links.append({"url": url, "label": label, "current": path.startswith(url)})
    return links


@register.filter
def concern_code(concern: object) -> str:
    """Letters on a concern's tile: C, M, R, ED, PBT, PMT, vP, RS, SS, STOT, O3, EC."""
    return words.concern_code(str(concern))


@register.filter
def authority_level(authority: object) -> int:
    """Filled steps of the authority ladder, 0 (model) to 5 (harmonised in law)."""
    return words.level_of(str(authority))


@register.filter
def authority_name(authority: object) -> str:
    """An authority's level in words."""
    return words.name_of(words.AUTHORITIES, str(authority))


@register.filter
def how_class(how: object) -> str:
    """Class of the badge that says how a substance came to be on a list: name, member, rule or none."""
    return words.HOW_CLASSES.get(words.slug(str(how)), "none")


@register.filter
def how_name(how: object) -> str:
    """How a substance came to be on a list, in words."""
    return words.name_of(words.HOW, str(how), otherwise="none")


@register.filter
def scheme_name(scheme: object) -> str:
    """An identifier scheme as people call it: `cas` is "CAS"."""
    return words.name_of(words.SCHEMES, str(scheme))


@register.filter
def checked_name(checked: object) -> str:
    """How a fact was checked (`file`, `text`, `recalled`), in words; other words stay as they are."""
    return words.name_of(words.CHECKED, str(checked))


@register.filter
def hazard_name(level: object) -> str:
    """A hazard level in words: `vh` is "Very high"."""
    return words.name_of(words.HAZARD_LEVELS, str(level), otherwise="gap")


@register.filter
def hazard_letter(level: object) -> str:
    """A hazard level's letters on the chip: vL, L, M, H, vH; "?" for no data, a dash where it does not apply."""
    return words.HAZARD_LETTERS.get(words.slug(str(level)), "?")


@register.filter
def verdict_number(verdict: object) -> int:
    """Place of a verdict on the scale of five: 1 regrettable to 5 better on what is known."""
    return words.verdict_number(str(verdict))


@register.filter
def verdict_name(verdict: object) -> str:
    """A verdict in words."""
    return str(words.VERDICTS[words.verdict_number(str(verdict)) - 1][1])


@register.simple_tag
def verdict_scale() -> list[dict[str, object]]:
    """The five verdicts in order, for the scale under the band."""
    return [{"n": n, "slug": slug, "label": label} for n, (slug, label) in enumerate(words.VERDICTS, 1)]


@register.simple_tag
def hazard_scale() -> list[str]:
    """Levels of the legend in order, the gap last."""
    return ["vl", "l", "m", "h", "vh", "gap"]


@register.filter
def says_name(says: object) -> str:
    """What a line of evidence says: against, mixed, unknown or in favour."""
    return words.name_of(words.SAYS, str(says), otherwise="unknown")


@register.filter
def says_class(says: object) -> str:
    """Class and icon of what a line says; anything unheard of is "unknown", never "for"."""
    slug = words.slug(str(says))
    return slug if slug in words.SAYS else "unknown"


@register.filter
def figure(value: object, places: int = 0) -> str:
    """A number with its thousands apart, as the language writes it; a dash where there is none."""
    if value is None or value == "":
        return "–"
    return formats.number_format(_rounded(value, places), decimal_pos=places, use_l10n=True, force_grouping=True)


def _rounded(value: object, places: int) -> Decimal:
    """To so many places, half to even: Django's `number_format` cuts."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


@register.filter
def similarity(score: object) -> str:
    """A Tanimoto score to two places; 1.00 is kept for scores that are exactly 1."""
    if score is None or score == "":
        return "–"
    exact = Decimal(str(score))
    shown = exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
    if shown == 1 and exact < 1:
        shown = Decimal("0.99")
    return formats.number_format(shown, decimal_pos=2, use_l10n=True)


@register.filter
def bar_width(fraction: object) -> str:
    """Width of a bar in a drawing 100 wide, for a fraction in [0, 1]; always with a decimal point."""
    try:
        share = float(str(fraction))
    except ValueError:
        share = 0.0
    return f"{100 * min(max(share, 0.0), 1.0):.1f}"


@register.filter
def at_least(score: object, mark: object) -> bool:
    """Whether a score has reached its warning mark; without a mark never."""
    if score in (None, "") or mark in (None, ""):
        return False
    return float(str(score)) >= float(str(mark))


@register.filter
def percent_of(done: object, total: object) -> int | None:
    """Whole percent done, rounded down; nothing where the total is not known."""
    if not total or done is None:
        return None
    return min(100, int(100 * float(str(done)) // float(str(total))))


@register.filter
def quarter(percent: int | None) -> int | None:
    """The last full quarter of a percentage: progress is announced by quarters, not by ticks."""
    return None if percent is None else percent // 25 * 25


_COUNT = re.compile(r"(?<=[A-Za-z)\]])(\d+)")
_CHARGE = re.compile(r"([+-]\d*)$")


@register.filter
def formula(text: object) -> SafeString:
    """A molecular formula with its counts lowered and its charge raised, escaped."""
    safe = str(escape(str(text or "")))
    body, charge = safe, ""
    if found := _CHARGE.search(safe):
        sign, size = found[1][0], found[1][1:]
        body, charge = safe[: found.start()], f"<sup>{size}{'−' if sign == '-' else '+'}</sup>"
    return mark_safe(_COUNT.sub(r"<sub>\1</sub>", body) + charge)  # noqa: S308 - escaped above; only tags of ours are added


_NUMBER = re.compile(r"\b\d{1,7}-\d{2,3}-\d(?:\d?-[\dX])?\b")


@register.filter
def unbroken(text: object) -> SafeString:
    """A text whose CAS, EC and CLP index numbers are never broken by a line, escaped; copied, it stays the same."""
    safe = str(escape(str(text or "")))
    return mark_safe(_NUMBER.sub(r'<span class="cas">\g<0></span>', safe))  # noqa: S308 - escaped above


@register.filter
def day(value: object) -> SafeString | str:
    """A date as "4 Feb 2026" in a `time` element with its ISO form; a moment adds hours and zone.

    Args:
        value: a date, a datetime, or a text that begins with an ISO date; anything else is shown as it stands.
    """
    moment = _as_date(value)
    if moment is None:
        return "" if value is None else escape(str(value))
    if isinstance(moment, dt.datetime):
        local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
        # Translators: day, month, year, then hours, minutes and the time zone.
        shown = formats.date_format(local, pgettext("moment format", "j M Y, H:i T"))
    else:
        # Translators: day, month, year: "4 Feb 2026".
        shown = formats.date_format(moment, pgettext("date format", "j M Y"))
    return format_html('<time class="nowrap" datetime="{}">{}</time>', moment.isoformat(), shown)


def _as_date(value: object) -> dt.date | dt.datetime | None:
    """The date in `value`, if it is one or a text in ISO form."""
    if isinstance(value, dt.date):
        return value
    for read in (dt.date.fromisoformat, dt.datetime.fromisoformat):
        try:
            return read(str(value))
        except ValueError:
            continue
    return None


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field's widget in our clothes; its hint and errors are tied to it by Django."""
    attrs: dict[str, Any] = {"placeholder": False}  # a placeholder is no label, and Django leaves out what is False
    kind = getattr(field.field.widget, "input_type", "")
    if kind not in ("checkbox", "radio", "hidden"):
        attrs["class"] = "input"
    return field.as_widget(attrs=attrs)


@register.filter
def is_choice(field: BoundField) -> bool:
    """Whether the label stands after the control, as with a checkbox."""
    return getattr(field.field.widget, "input_type", "") == "checkbox" and not field.use_fieldset


@register.simple_block_tag
def scroller(content: str, label: str = "") -> SafeString:
    """A wide table or chart that scrolls sideways by itself, reachable by keyboard.

    Args:
        content: what stands between the tags.
        label: what is in it; read out when the region gets the focus.
    """
    name = label or _("Table, scrolls sideways")
    return format_html('<div class="scroller" role="region" aria-label="{}" tabindex="0">{}</div>', name, content)
