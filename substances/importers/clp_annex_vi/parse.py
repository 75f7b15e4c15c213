"""Reads harmonised classifications, Annex VI to CLP, from ECHA's export or the official table. See the README here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

from substances.importers.base import ReportedRow, StatedConcern
from substances.importers.clp_annex_vi.atp_table import find_table, table_day, table_rows
from substances.importers.clp_annex_vi.export import export_rows
from substances.importers.echa import SHEET
from substances.importers.values.hazard_codes import stated_concerns
from substances.importers.workbook import opened
from substances.vocabulary import Authority

LEGAL_BASIS = "Regulation (EC) No 1272/2008, Annex VI"


class ClpAnnexVi:
    """Annex VI to Regulation (EC) No 1272/2008, in either of its workbooks."""

    slug = "clp-annex-vi"
    version = 1
    list_slug = "clp-annex-vi"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order.

        Raises:
            WrongFile: neither ECHA's export nor a workbook with the official table.
        """
        with opened(path) as book:
            return export_rows(book) if SHEET in book.names else table_rows(find_table(book))

    def published_on(self, path: Path) -> dt.date | None:
        """The day of publication or update that the official table prints above its header; the export prints none."""
        with opened(path) as book:
            return None if SHEET in book.names else table_day(find_table(book))

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """What the hazard classes mean, of rows that have ended or not yet begun, too."""
        return stated_concerns(row.classifications, authority=Authority.HARMONISED, legal_basis=LEGAL_BASIS)
