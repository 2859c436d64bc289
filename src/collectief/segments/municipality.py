"""Municipalities (gemeenten): source `zz-gemeenten`, requirements G01-G14."""

from __future__ import annotations

from collectief.foundation.assurance import AssuranceLevel

from .profile import (
    Capability,
    CardsTo,
    Field,
    Fields,
    MessageCategory,
    PaymentWay,
    Permission,
    Role,
    SearchKey,
    SegmentProfile,
    TerminationReason,
)

PROFILE = SegmentProfile(
    slug="municipality",
    dutch="Gemeente",
    english="Municipality",
    assurance_level=AssuranceLevel.EH2_PLUS,
    # G12: no upload, no rejected mutations page, no former participants.
    capabilities=frozenset(
        {
            Capability.ENROL_HOUSEHOLD,
            Capability.ADD_RELATIVES,
            Capability.TERMINATE,
            Capability.FIND_BY_BSN,
            Capability.ASK_QUESTIONS,
            Capability.CHOOSE_CONTRACTS,
            Capability.GIVE_MANDATES,
            Capability.CONTRACT_USE,
            Capability.MESSAGES,
            Capability.FLOW_LISTS,
            Capability.SCHEDULED_EXPORTS,
            Capability.CONFIRMATION_LETTERS,
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
            }
        ),
        Role.FINANCIAL: frozenset(
            {
                Permission.SEE_DASHBOARD,
                Permission.SEE_MESSAGES,
                Permission.SEE_CONTRACTS,
                Permission.SEE_INVOICES,
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
    current_search=(SearchKey.SURNAME, SearchKey.BIRTH_DATE, SearchKey.RELATION_NUMBER),
    former_search=(),
    # G03; no payroll number of clients.
    fields=Fields(
        shown=dict.fromkeys(set(Field) - {Field.EXTERNAL_REFERENCE}, Permission.SEE_PARTICIPANTS),
        columns=(
            Field.CONTRACT,
            Field.BSN,
            Field.RELATION_NUMBER,
            Field.BIRTH_DATE,
            Field.SEX,
            Field.FIRST_DAY,
            Field.LAST_DAY,
        ),
        typed=frozenset({Field.BSN, Field.BIRTH_DATE, Field.ADDRESS}),
    ),
    # U11, G06: cards and policy schedules go to the client, at home.
    cards_to=CardsTo.PARTICIPANT,
    schedules_at_home=True,
    # G11, G12: no processing reports, so what is rejected has a category of its own.
    message_categories=(
        MessageCategory.CONFIRMATION,
        MessageCategory.REJECTION,
        MessageCategory.FINANCIAL,
        MessageCategory.FLOW,
        MessageCategory.EXPORT,
        MessageCategory.FROM_INSURER,
    ),
    # G06: the manual has a choice of payment and does not say of what. No account number is asked here: who pays by
    # direct debit signs for it on paper, that comes with the policy.
    payment_ways=(
        PaymentWay("direct_debit", "Automatische incasso", "Direct debit"),
        PaymentWay("invoice", "Factuur, zelf overmaken", "Invoice, transferred by oneself"),
        PaymentWay("withheld", "Inhouding op de uitkering", "Withheld from the benefit"),
    ),
    # G04
    termination_reasons=(
        TerminationReason("end_of_contract_membership", "Einde collectiviteit", "End of group contract membership"),
        TerminationReason("deceased", "Overleden", "Deceased", death=True),
    ),
)
