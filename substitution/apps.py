from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubstitutionConfig(AppConfig):
    name = "substitution"
    verbose_name = _("Substitution")

    def ready(self) -> None:
        """Tells the rooms below what this one brings to them."""
        from substitution import impact

        impact.register()
