"""What all tests share."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.skips"]

SECRET = "k7Jm2vQx9TzR4wLb8NcY6pHd3sFg5aEu"


@pytest.fixture(params=["asyncio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Async tests run on asyncio; a module where trio matters overrides this with both."""
    return request.param
