"""Where two files, or two folders, first differ: cell, key, line, pixel or page."""

from oqhs.publish.differences.files import compare_folders, first_difference
from oqhs.publish.differences.places import Difference

__all__ = ["Difference", "compare_folders", "first_difference"]
