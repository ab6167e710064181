"""How forms look on the site's own pages."""

from django.forms.renderers import TemplatesSetting


class PageRenderer(TemplatesSetting):
    """``{{ form }}`` and ``field.as_field_group`` through our components.

    Wagtail's and Django's admins lay their fields out by themselves and are not touched; widgets keep Django's own
    templates.
    """

    form_template_name = "components/form_fields.html"
    field_template_name = "components/field.html"
