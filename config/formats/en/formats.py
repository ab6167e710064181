"""English dates as the British write them, in tables too. Times and long dates are Django's own."""

SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
