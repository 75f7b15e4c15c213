from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubstancesConfig(AppConfig):
    name = "substances"
    verbose_name = _("Substances")

    def ready(self) -> None:
        """Tells the rooms below what this one brings to them."""
        from django.contrib.auth.signals import user_logged_in

        from substances import impact, moving
        from substances.flags import registration
        from substances.registry_check import registration as registry_check
        from substances.succession import registration as succession
        from substances.web.signing_in import take_searches_along

        registration.register()
        registry_check.register()
        succession.register()
        impact.register()
        moving.register()
        user_logged_in.connect(take_searches_along, dispatch_uid="substances.take_searches_along")
