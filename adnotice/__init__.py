"""Counts honestly how many page views are seen with ads blocked, and asks those readers kindly."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adnotice.middleware import AdNoticeMiddleware
    from adnotice.settings import Settings, SettingsError

__all__ = ["AdNoticeMiddleware", "Settings", "SettingsError"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # The rooms import each other's leaves through this package; loading the composition root only when it is asked
    # for keeps "import adnotice.inject.placement" free of SQLAlchemy and Jinja2.
    if name == "AdNoticeMiddleware":
        from adnotice.middleware import AdNoticeMiddleware

        return AdNoticeMiddleware
    if name in ("Settings", "SettingsError"):
        from adnotice import settings

        return getattr(settings, name)
    raise AttributeError(f"module 'adnotice' has no attribute {name!r}")
