"""What editors write: pages, pictures and the settings of the site."""

from cms.models.pages import CallNotePage, HomePage, NightPage, ProgrammeIndexPage, ProgrammePage, StandardPage
from cms.models.pictures import Picture, PictureRendition
from cms.models.settings import SiteSettings

__all__ = [
    "CallNotePage",
    "HomePage",
    "NightPage",
    "Picture",
    "PictureRendition",
    "ProgrammeIndexPage",
    "ProgrammePage",
    "SiteSettings",
    "StandardPage",
]
