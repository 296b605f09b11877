"""The site: a folder of static pages, one for each indicator and each quartier, that fetches nothing.

`write_site` writes it from the contents of an edition, which hold what may go as far as they do.
"""

from oqhs.publish.site.folder import MARKER, refuse_other_folders, require, write_site

__all__ = ["MARKER", "refuse_other_folders", "require", "write_site"]
