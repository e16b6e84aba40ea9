"""For every test: generated examples are judged by what they show, never by how long a busy machine takes."""

from hypothesis import settings

settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
