"""Answers that hold back what they have: blocks, captchas, walls, empty shells, errors that look like pages."""

from extractors.blocked.judge import judge
from extractors.blocked.seen import Seen
from extractors.blocked.shell import is_empty_shell, may_be_shell
from schemas.verdicts import Kind, Verdict

__all__ = ["Kind", "Seen", "Verdict", "is_empty_shell", "judge", "may_be_shell"]
