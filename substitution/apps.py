from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubstitutionConfig(AppConfig):
    name = "substitution"
    verbose_name = _("Substitution")

    def ready(self) -> None:
        """Tells the rooms below what this one brings to them."""
        from substances.moving import Barrier, moves_along
        from substitution import impact
        from substitution.models import Alternative, Replacement

        impact.register()
        said = {"why": _("something would replace itself"), "doubt": _("One is said to replace the other: %(said)s.")}
        moves_along(
            Alternative,
            "candidate",
            label=_("Is an alternative"),
            barrier=Barrier(lambda rows, heir: rows.replacing(heir).values_list("pk", flat=True), **said),
        )
        moves_along(
            Replacement,
            "replaces",
            label=_("Is replaced"),
            says=lambda row: f"{row.alternative.name}: {row.function.name}",
            reads=("alternative", "function"),
            barrier=Barrier(lambda rows, heir: rows.by(heir).values_list("pk", flat=True), **said),
        )
