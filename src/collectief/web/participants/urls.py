"""Addresses of the participants' pages."""

from __future__ import annotations

from datetime import date

from django.urls import path, register_converter

from . import changes, confirming, dashboard, downloads, letters, lists, person


class _Day:
    """A day as 2026-11-28; what is none is no address of ours."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, text: str) -> date:
        return date.fromisoformat(text)

    def to_url(self, day: date) -> str:
        return day.isoformat()


register_converter(_Day, "day")

urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("in-behandeling/", dashboard.waiting, name="open_mutations"),
    path("mislukte-verwerkingen/", dashboard.rejected, name="rejected_mutations"),
    path("deelnemers/", lists.current, name="current_participants"),
    path("deelnemers/aantal/", lists.current_count, name="current_count"),
    path("deelnemers/bsn/", lists.by_bsn, name="find_by_bsn"),
    path("deelnemers/download/", downloads.current, name="download_current"),
    path("deelnemers/documenten/", downloads.documents, name="download_documents"),
    path("deelnemers/<int:participant_id>/documenten/", downloads.documents_of, name="documents_of"),
    path("deelnemers/sjabloon/", downloads.template, name="download_template"),
    path("oud-deelnemers/", lists.former, name="former_participants"),
    path("oud-deelnemers/aantal/", lists.former_count, name="former_count"),
    path("oud-deelnemers/download/", downloads.former, name="download_former"),
    path("deelnemers/nieuw/", changes.new, name="new_participant"),
    path("deelnemers/<int:participant_id>/", person.person, name="participant"),
    path("deelnemers/<int:participant_id>/referentie/", changes.reference, name="change_reference"),
    path("deelnemers/<int:participant_id>/verzekeringsverklaring/", letters.statement, name="insurance_statement"),
    path("deelnemers/<int:participant_id>/verzekeringsverklaring/aanvragen/", letters.ask, name="ask_statement"),
    path("deelname/<int:participation_id>/afmelden/", changes.terminate, name="terminate"),
    path("deelname/<int:participation_id>/heraanmelden/", changes.re_enrol, name="re_enrol"),
    path("deelname/<int:participation_id>/overzetten/", changes.transfer, name="transfer"),
    path("deelname/<int:participation_id>/polisblad/", letters.schedule, name="policy_schedule"),
    path("deelname/<int:participation_id>/polisblad/<day:day>/", letters.schedule, name="policy_schedule_on"),
    path("deelname/<int:participation_id>/beeindigingsbrief/", letters.termination, name="termination_letter"),
    path("documenten/<int:document_id>/", letters.kept, name="kept_letter"),
    path("mutaties/<int:mutation_id>/", person.mutation, name="mutation"),
    path("mutaties/<int:mutation_id>/stand/", person.mutation_state, name="mutation_state"),
    path("mutaties/<int:mutation_id>/bevestiging/", confirming.confirmation, name="confirmation"),
    path("mutaties/<int:mutation_id>/intrekken/", changes.withdraw, name="withdraw"),
    path("mutaties/<int:mutation_id>/ongedaan/", changes.undo, name="reverse"),
]
