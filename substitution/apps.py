from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubstitutionConfig(AppConfig):
    name = "substitution"
    verbose_name = _("Substitution")

    def ready(self) -> None:
        """Tells the rooms below what this one brings to them."""
        from substances.moving import moves_along
        from substitution import impact
        from substitution.models import Alternative, Replacement

        impact.register()
        moves_along(Alternative, "candidate", label=_("Is an alternative"))
        moves_along(
            Replacement,
            "replaces",
            label=_("Is replaced"),
            says=lambda row: f"{row.alternative.name}: {row.function.name}",
            reads=("alternative", "function"),
        )
