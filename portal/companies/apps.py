from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompaniesConfig(AppConfig):
    name = "portal.companies"
    verbose_name = _("Companies")

    def ready(self) -> None:
        """Tells the rooms below what this one brings to them."""
        from portal.companies.models import Commitment, Production
        from substances.moving import moves_along

        moves_along(
            Production,
            label=_("Companies"),
            says=lambda row: f"{row.company.name}: {row.get_role_display()}, {row.year}",
            reads=("company",),
        )
        moves_along(
            Commitment,
            label=_("What companies promised"),
            says=lambda row: f"{row.company.name}: {row}",
            reads=("company",),
        )
