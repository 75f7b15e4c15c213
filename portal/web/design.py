"""Made samples for the page that shows the visual language: plain values, no models, nothing claimed of anybody."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from substances.clocks import Clocks
from substances.vocabulary import Authority, Checked, Concern, How
from substances.web.clocks import PageClocks

#: Phenol, drawn by hand with the classes of the portal's own SVG writer; the band marks a shared part.
RING = (
    '<svg class="mol" viewBox="0 0 260 170" role="img" aria-label="{}">'
    '<path class="hl" stroke-width="12" d="M130 35 173 60V110L130 135 87 110V60Z"/>'
    '<path class="b a-c" d="M130 35 173 60V110L130 135 87 110V60ZM130 44 165 64M165 106 130 126M95 106V64"/>'
    '<path class="b a-o" d="M173 60 201 44"/>'
    '<text class="t a-o" x="204" y="47" font-size="15">OH</text></svg>'
)


class SampleForm(forms.Form):
    """A form with each kind of field, sent once and found wanting."""

    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("As on the label."))
    cas = forms.CharField(label=gettext_lazy("CAS number"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("1", gettext_lazy("Discrete")), ("2", "UVCB")]
    )
    agree = forms.BooleanField(label=gettext_lazy("I have read the source myself"), required=False)

    def clean_cas(self) -> str:
        """Refuses the sample, to show how an error reads."""
        raise ValidationError(_("The last digit should be 7, not 8. Did you mean 80-05-7?"))


def _ring(label: str) -> SafeString:
    """The sample drawing with its label."""
    return format_html(RING, label)


def samples() -> dict[str, Any]:
    """Context of the design page: one sample or more for every component."""
    return {**_facts(), **_hazards(), **_evidence(), **_pages(), **_tables()}


def _facts() -> dict[str, Any]:
    """Flags, authority, badges, identifiers, drawing, sources."""
    return {
        "sample_clocks": PageClocks(Clocks(dt.date(2020, 1, 1), dt.date(2024, 5, 22)), "2020-01-01", "2024-05-22", ""),
        "sample_files": [{"label": name, "url": "#clocks"} for name in ("CSV", "XLSX", "JSON", "SDF")],
        "sample_flags": [{"concern": slug, "label": label} for slug, label in Concern.choices],
        "suspected_flag": {
            "concern": Concern.CARCINOGENIC,
            "label": Concern.CARCINOGENIC.label,
            "strength": "suspected",
        },
        "authorities": Authority.values,
        "hows": [*How.values, "none"],
        "identifiers": [
            {"scheme": "cas", "value": "80-05-7"},
            {"scheme": "ec", "value": "201-245-8"},
            {"scheme": "inchikey", "value": "IISBACLAFKSPIT-UHFFFAOYSA-N"},
            {"scheme": "smiles", "value": "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1"},
        ],
        "ring": _ring(_("A ring with a hydroxyl group; the shared ring is highlighted")),
        "sample_fact": {
            "source": {"title": _("A list")},
            "locator": _("row 7"),
            "checked": Checked.IMPORTED,
            "get_checked_display": Checked.IMPORTED.label,
        },
        "sources": [
            {"title": _("A list"), "locator": _("entry 12"), "date": dt.date(2026, 2, 4), "checked": "file"},
            {"title": _("A regulation"), "locator": _("Annex VI"), "date": dt.date(2018, 3, 1), "checked": "text"},
            {"title": _("A report"), "locator": "", "date": "2021-10-05", "checked": "recalled"},
            {"title": _("A company (demo)"), "checked": "made_up"},
        ],
    }


def _hazards() -> dict[str, Any]:
    """Levels as a grid; two sources that disagree."""
    return {
        "endpoints": [
            {"label": _("Cancer"), "level": "gap", "note": _("no conclusion")},
            {"label": _("Mutation"), "level": "l", "note": _("dossier")},
            {"label": _("Reproduction"), "level": "h", "note": "H360F"},
            {"label": _("Water, acute"), "level": "vh", "note": "H400"},
            {"label": _("Organ, single"), "level": "m", "note": "H335"},
            {"label": _("Flammable"), "level": "vl", "note": _("dossier")},
            {"label": _("Persistence"), "level": "l", "upper": "m", "note": _("sources disagree")},
            {"label": _("Explosive"), "level": "na", "note": _("does not apply")},
        ]
    }


def _evidence() -> dict[str, Any]:
    """Verdicts and lines of evidence."""
    texts = [
        _("Shares the concern, named by an authority."),
        _("Shares a group, a close likeness or a worse endpoint."),
        _("Too many gaps to compare. What to ask for is listed."),
        _("Better where known, worse somewhere that is named."),
        _("Never “safe”: the unknown is printed beside it."),
    ]
    source = {"title": _("A list"), "date": dt.date(2026, 2, 4), "checked": "file"}
    says = [("against", _("Both are on the list.")), ("mixed", _("Better in five, worse in one."))]
    says += [("unknown", _("Nobody has measured it.")), ("for", _("Less of it is needed."))]
    return {
        "verdicts": [{"verdict": n, "text": text} for n, text in enumerate(texts, 1)],
        "lines": [
            {"number": n, "title": _("Line of evidence"), "says": word, "text": text, "source": source}
            for n, (word, text) in enumerate(says, 1)
        ],
    }


def _states() -> list[dict[str, Any]]:
    """A page without its answer, in each way."""
    action = [{"label": _("Run again"), "url": "#states"}]
    texts = {
        "empty": (_("Nothing found for “bisphenl”"), _("That is no finding of safety: nobody may have looked.")),
        "error": (_("We could not read this structure"), _("Character 16: ring 2 is opened and never closed.")),
        "not_computable": (_("Not computable"), _("A mixture of unknown composition has no single structure.")),
        "not_assessed": (_("Not assessed: the search stopped"), _("It ran past its time. This is not “no match”.")),
        "stale": (_("Result of an older release"), _("Since then two lists have changed.")),
        "withheld": (_("There is nothing at this address"), _("What belongs to somebody else looks the same.")),
        "loading": (_("Searching"), _("Grey bars hold the place; then words say how far it is.")),
    }
    states: list[dict[str, Any]] = [
        {"kind": kind, "title": title, "text": text, "actions": action} for kind, (title, text) in texts.items()
    ]
    states[1] |= {"code": "CC(C)(c1ccc(O)c2)c1ccc(O)cc1", "pointer": 16}
    return states


def _pages() -> dict[str, Any]:
    """What stands around the facts: crumbs, messages, states, work that goes on, filters."""
    options = [
        {"value": "c", "label": _("Carcinogenic"), "count": 85, "checked": True},
        {"value": "m", "label": _("Mutagenic"), "count": 24},
        {"value": "r", "label": _("Toxic to reproduction"), "count": 1129},
    ]
    more = [{"value": str(n), "label": f"{_('Group')} {n}", "count": n} for n in range(1, 9)]
    return {
        "sample_crumbs": [{"label": _("First page"), "url": "#main"}, {"label": _("Visual language"), "url": ""}],
        "sample_messages": [
            {"level_tag": "info", "message": _("Something to know.")},
            {"level_tag": "success", "message": _("The flag is published.")},
            {"level_tag": "warning", "message": _("The list is three months old.")},
            {"level_tag": "error", "message": _("The file was not the list it claims to be.")},
        ],
        "states": _states(),
        "job": {
            "title": _("Searching"),
            "done": 451_000,
            "total": 1_048_617,
            "unit": _("structures"),
            "cancel_url": "#",
        },
        "job_unknown": {"id": "waiting", "title": _("Waiting for a worker")},
        "filters": [
            {"name": "concern", "label": _("Concern"), "options": options},
            {"name": "group", "label": _("Group"), "options": more},
        ],
        "pager": {"text": _("51 to 100 of 263"), "previous_url": "#pages", "next_url": "#pages"},
        "sections": [
            {"id": "facts", "label": _("Facts"), "count": 9},
            {"id": "hazards", "label": _("Hazard levels"), "count": 7},
            {"id": "verdicts", "label": _("Verdicts"), "count": 5},
            {"id": "data", "label": _("Likeness, tables")},
            {"id": "controls", "label": _("Controls")},
            {"id": "notices", "label": _("Notices")},
            {"id": "states", "label": _("States"), "count": 7},
            {"id": "type", "label": _("Type")},
        ],
        "pills": [
            {"label": _("Of concern"), "url": "#data", "count": 7, "current": True},
            {"label": _("All"), "url": "#data", "count": 1184},
        ],
    }


def _tables() -> dict[str, Any]:
    """Scores, hits and tables."""
    scores = [
        {"label": _("Morgan counts"), "value": 0.76, "mark": 0.5},
        {"label": _("Atom pair"), "value": 0.5, "mark": 0.5},
        {"label": _("Path"), "value": 0.9999, "mark": 0.5},
        {"label": _("Morgan bits"), "value": 0.57, "mark": 0.7},
    ]
    mass, year = _("Mass"), _("Since")
    return {
        "scores": scores,
        "hits": [
            {
                "rank": 1,
                "name": _("A listed substance"),
                "url": "#data",
                "cas": "80-05-7",
                "how": "by_name",
                "svg": _ring(_("A ring with a hydroxyl group")),
                "scores": scores,
                "note": _("A list, 12 Jan 2017"),
            },
            {"rank": 2, "name": _("A group without a structure"), "how": "inferred", "scores": scores[:1]},
        ],
        "columns": [{"label": _("Substance")}, {"label": mass, "number": True}, {"label": year}],
        "table_rows": [
            [
                {"text": _("One substance"), "url": "#data"},
                {"text": "228.29", "number": True, "label": mass},
                {"text": "2017", "label": year, "note": _("a list")},
            ],
            [{"text": _("Another")}, {"text": "94.11", "number": True, "label": mass}, {"text": "2021", "label": year}],
        ],
        "matrix_levels": ["l", "m", "h", "vh", "gap", "l", "na", "vl", "m", "h", "h", "l", "gap", "m", "l"],
        "sample_form": SampleForm({"name": "", "cas": "80-05-8", "agree": ""}),
    }
