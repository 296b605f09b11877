"""What changed between two releases, figure by figure, and why.

`diff` compares two folders; `write_diff`, `print_diff` and `changelog_section` say what it found.
"""

from oqhs.publish.diff.comparison import Diff, diff
from oqhs.publish.diff.documents import FORMATS, changelog_section, write_diff
from oqhs.publish.diff.screen import print_diff

__all__ = ["FORMATS", "Diff", "changelog_section", "diff", "print_diff", "write_diff"]
