"""Counts honestly how many page views are seen with ads blocked, and asks those readers kindly."""

from adnotice.keywords import Keywords
from adnotice.middleware import AdNoticeMiddleware
from adnotice.settings import Settings, SettingsError
from adnotice.version import VERSION

__all__ = ["AdNoticeMiddleware", "Keywords", "Settings", "SettingsError"]
__version__ = VERSION
