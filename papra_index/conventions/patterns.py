"""Regular expressions compiled at their first use: some have thousands of characters, which takes milliseconds, and few
texts have any of these.
"""

from __future__ import annotations

import re
from functools import cache


@cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return the compiled form of a pattern, which is kept: patterns of the code, not of users."""
    return re.compile(pattern)
