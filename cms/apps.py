from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"

    def ready(self) -> None:
        from django.conf import settings  # noqa: PLC0415
        from wagtail.admin.views.mixins import SpreadsheetExportMixin  # noqa: PLC0415

        from cms import erasing, nights, notes, turning, waiting_ideas  # noqa: PLC0415
        from cms.appearance import address_of  # noqa: PLC0415
        from cms.context_processors import site  # noqa: PLC0415
        from events.night.sign_up import public_pages  # noqa: PLC0415
        from ideas import notes as call_notes  # noqa: PLC0415
        from ideas import outcomes  # noqa: PLC0415
        from trainings import board_figures, origins  # noqa: PLC0415
        from volunteers import erasing as volunteers_erasing  # noqa: PLC0415
        from volunteers import framing, papers, retention  # noqa: PLC0415
        from volunteers.tables import harmless_in_csv  # noqa: PLC0415

        papers.register(address_of)
        framing.register(site)
        volunteers_erasing.register(erasing.let_go)
        retention.register(erasing.KEPT)
        call_notes.register(notes.note_of)
        public_pages.register(nights.address_of)
        outcomes.register(turning.KIND)
        origins.register(turning.origins_of)
        board_figures.register("ideas-waiting", waiting_ideas.figure)
        # Editors' reports as CSV: Wagtail keeps formulas from running in XLSX only.
        SpreadsheetExportMixin.custom_value_preprocess[str] = {SpreadsheetExportMixin.FORMAT_CSV: harmless_in_csv}
        if settings.DEMO:
            # The demonstration's mailbox also tells how to sign in. Models are loaded only now.
            from cms.demo import accounts  # noqa: PLC0415
            from mail import mailbox  # noqa: PLC0415

            mailbox.demo_notes.append(accounts.notes)
