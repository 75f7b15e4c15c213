"""The portal as a WSGI application."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()
# Every address is loaded now: once, before the server's processes fork; and what is broken ends the start.
get_resolver().url_patterns  # noqa: B018  # read for what reading it does
# What is loaded by now lives as long as the process: the collector need not walk it again and again in the midst of
# requests (its longest pause on a substance's page fell from 0.3 to 0.2 s), and forked servers go on sharing it.
gc.collect()
gc.freeze()
