"""Staffing agencies (uitzendbureaus): source `zz-uitzendbureaus`, requirements U01-U31."""

from __future__ import annotations

from collectief.foundation.assurance import AssuranceLevel

from .profile import (
    Capability,
    CardsTo,
    Field,
    Fields,
    MessageCategory,
    Permission,
    Role,
    SearchKey,
    SegmentProfile,
    TerminationReason,
)

PROFILE = SegmentProfile(
    slug="staffing_agency",
    dutch="Uitzendbureau",
    english="Staffing agency",
    assurance_level=AssuranceLevel.EH2_PLUS,
    # By name, each: what another segment gets is not theirs by itself.
    capabilities=frozenset(
        {
            Capability.ENROL,
            Capability.TERMINATE,
            Capability.RE_ENROL,
            Capability.TRANSFER,
            Capability.CHANGE_REFERENCE,
            Capability.BULK_UPLOAD,
            Capability.FORMER_PARTICIPANTS,
            Capability.REJECTED_MUTATIONS,
            Capability.ASK_QUESTIONS,
            Capability.CHOOSE_CONTRACTS,
            Capability.GIVE_MANDATES,
            Capability.EDIT_CONTACTS,
            Capability.INSURANCE_LETTERS,
            Capability.CONFIRMATION_LETTERS,
            Capability.REQUEST_S1,
            Capability.CONTRACT_USE,
            Capability.MESSAGES,
            Capability.FLOW_LISTS,
            Capability.SCHEDULED_EXPORTS,
            Capability.DEDUCTIBLE_USE,
        }
    ),
    roles={
        Role.ADMINISTRATIVE: frozenset(
            {
                Permission.SEE_DASHBOARD,
                Permission.SEE_MESSAGES,
                Permission.SEE_CONTRACTS,
                Permission.SEE_PARTICIPANTS,
                Permission.CHANGE_PARTICIPANTS,
                Permission.UPLOAD_MUTATIONS,
                Permission.SEE_DEDUCTIBLE_USE,
            }
        ),
        Role.FINANCIAL: frozenset(
            {
                Permission.SEE_DASHBOARD,
                Permission.SEE_MESSAGES,
                Permission.SEE_CONTRACTS,
                Permission.SEE_INVOICES,
                Permission.SEE_DEDUCTIBLE_USE,
            }
        ),
        Role.ACCOUNT_MANAGER: frozenset(
            {
                Permission.SEE_DASHBOARD,
                Permission.SEE_MESSAGES,
                Permission.SEE_CONTRACTS,
                Permission.MANAGE_ACCOUNTS,
                Permission.SEE_LOG,
            }
        ),
    },
    grants={Role.ACCOUNT_MANAGER: frozenset({Role.ADMINISTRATIVE, Role.FINANCIAL, Role.ACCOUNT_MANAGER})},
    current_search=(
        SearchKey.SURNAME,
        SearchKey.RELATION_NUMBER,
        SearchKey.BIRTH_DATE,
        SearchKey.EXTERNAL_REFERENCE,
    ),
    # U19: a BSN is typed and never shown.
    fields=Fields(
        shown=dict.fromkeys(set(Field) - {Field.BSN, Field.SEX}, Permission.SEE_PARTICIPANTS),
        columns=(
            Field.RELATION_NUMBER, Field.BIRTH_DATE, Field.EXTERNAL_REFERENCE, Field.FIRST_DAY, Field.LAST_DAY,
            Field.CONTRACT,
        ),
        typed=frozenset({Field.BSN, Field.BIRTH_DATE, Field.EXTERNAL_REFERENCE, Field.ADDRESS}),
    ),
    insures=True,
    # U11: the agency hands them out.
    cards_to=CardsTo.ORGANISATION,
    former_search=(SearchKey.SURNAME, SearchKey.RELATION_NUMBER, SearchKey.BIRTH_DATE),
    termination_reasons=(
        TerminationReason("end_of_employment", "Einde dienstverband", "End of employment"),
        TerminationReason("left_the_country", "Vertrek uit Nederland", "Left the Netherlands"),
        TerminationReason("insured_elsewhere", "Elders verzekerd", "Insured elsewhere"),
        TerminationReason("deceased", "Overleden", "Deceased", death=True),
    ),
    # U29, in the manual's order.
    message_categories=(
        MessageCategory.TERMINATION_LETTER,
        MessageCategory.CONFIRMATION,
        MessageCategory.S1,
        MessageCategory.FINANCIAL,
        MessageCategory.FLOW,
        MessageCategory.PROCESSING_REPORT,
        MessageCategory.INSURANCE_STATEMENT,
        MessageCategory.EXPORT,
        MessageCategory.FROM_INSURER,
    ),
    # What failed, one or in a file, stands with what became of it.
    rejections_in=MessageCategory.PROCESSING_REPORT,
    upload_columns=(
        "action", "contract", "bsn", "relation_number", "external_reference", "initials", "prefix", "surname",
        "birth_date", "first_day", "last_day", "reason", "country", "street", "house_number", "postcode", "city",
    ),
)  # fmt: skip
