"""The tests. No garbage is collected until all of them are loaded; conftest.py begins with it then."""

import gc

gc.disable()
