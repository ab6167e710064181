"""What a browser would send."""


def fields_of(form):
    """The form as a browser would send it back untouched."""
    shown = {field.html_name: field.field.widget.format_value(field.value()) for field in form}
    return {name: value for name, value in shown.items() if value not in (None, False, [], [""])}
