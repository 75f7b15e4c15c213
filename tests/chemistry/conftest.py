"""Property tests of the kernels: no wall time is asserted, since the machine may be busy."""

from hypothesis import settings

settings.register_profile("kernels", deadline=None)
settings.load_profile("kernels")
