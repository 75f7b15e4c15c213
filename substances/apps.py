from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubstancesConfig(AppConfig):
    name = "substances"
    verbose_name = _("Substances")

    def ready(self) -> None:
        """Tells the rooms below what this one brings to them."""
        from substances.flags import registration

        registration.register()
