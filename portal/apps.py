from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The house itself: it has no models, only the command that starts everything."""

    name = "portal"
