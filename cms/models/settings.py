"""What an administrator or editor sets for the whole site."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import StreamField

from cms.blocks import FooterBlock
from cms.colours import validate_readable


@register_setting(icon="cog")
class SiteSettings(BaseGenericSetting):
    """Name, colours and footer of the site. One row for the installation."""

    site_name = models.CharField(_("site name"), max_length=60, default="Maillage")
    tagline = models.CharField(_("in one sentence"), max_length=160, blank=True)
    footer_text = models.TextField(_("text of the footer"), blank=True)
    contact_email = models.EmailField(_("contact address"), blank=True)
    logo = models.ForeignKey(
        "cms.Picture", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("logo")
    )
    solidarity_colour = models.CharField(
        _("night blue"),
        max_length=7,
        default="#27378f",
        validators=[validate_readable],
        help_text=_("Written #rrggbb."),
    )
    climate_colour = models.CharField(
        _("leaf green"),
        max_length=7,
        default="#1c6a3c",
        validators=[validate_readable],
        help_text=_("Written #rrggbb."),
    )
    accent_colour = models.CharField(
        _("colour of the other networks"),
        max_length=7,
        default="#7c2f63",
        validators=[validate_readable],
        help_text=_("Written #rrggbb."),
    )
    charter_page = models.ForeignKey(
        "wagtailcore.Page",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("volunteers' charter"),
        help_text=_("What people agree with when they sign up. They are led to its translation in their language."),
    )
    privacy_page = models.ForeignKey(
        "wagtailcore.Page",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("what is kept about people"),
        help_text=_("Shown under the forms that ask who somebody is."),
    )
    footer_links = StreamField(
        FooterBlock(), blank=True, verbose_name=_("links of the footer"), help_text=_("Legal notices, privacy...")
    )

    class Meta:
        verbose_name = _("site settings")

    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    FieldPanel("site_name"),
                    FieldPanel("tagline_fr"),
                    FieldPanel("tagline_en"),
                    FieldPanel("logo"),
                    FieldPanel("contact_email"),
                ],
                heading=_("Name"),
            ),
            ObjectList(
                [
                    MultiFieldPanel(
                        [FieldPanel("solidarity_colour"), FieldPanel("climate_colour"), FieldPanel("accent_colour")],
                        heading=_("Colours"),
                    )
                ],
                heading=_("Colours"),
            ),
            ObjectList(
                [FieldPanel("footer_text_fr"), FieldPanel("footer_text_en"), FieldPanel("footer_links")],
                heading=_("Footer"),
            ),
            ObjectList([FieldPanel("charter_page"), FieldPanel("privacy_page")], heading=_("Texts to read")),
        ]
    )
