"""The words that the life of a case is told in."""

from enum import StrEnum


class CaseState(StrEnum):
    """Where a case is."""

    REPORTED = "reported"
    MATERIALS_SUBMITTED = "materials_submitted"
    MATERIALS_INCOMPLETE = "materials_incomplete"
    ASSESSING = "assessing"
    AUTO_ASSESSED = "auto_assessed"
    IN_REVIEW = "in_review"
    MORE_PHOTOS = "more_photos"
    ASSESSED = "assessed"
    CONFIRMED = "confirmed"
    PENDING_PAYMENT = "pending_payment"
    CLOSED = "closed"
    CONTESTED = "contested"
    THIRD_PARTY_REASSESSMENT = "third_party_reassessment"
    FRAUD_REVIEW = "fraud_review"
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"
    DECLINED_MANUAL = "declined_manual"


class PublicState(StrEnum):
    """What the customer sees of it, in the order of a case that goes straight through."""

    SUBMITTED = "submitted"
    ASSESSED = "assessed"
    PENDING_PAYMENT = "pending_payment"
    CLOSED = "closed"


class Role(StrEnum):
    """Who acts. ``app`` is an insurer's app in its own name, ``system`` a job: both are machines."""

    CUSTOMER = "customer"
    APP = "app"
    FRONT_LINE = "front_line"
    JUNIOR = "junior"
    SENIOR = "senior"
    EXPERT = "expert"
    AUDITOR = "auditor"
    ADMIN = "admin"
    SYSTEM = "system"


class Owner(StrEnum):
    """Who has to act while a case is where it is."""

    CUSTOMER = "customer"
    MACHINE = "machine"
    ADJUSTER = "adjuster"
    SPECIALIST = "specialist"
    THIRD_PARTY = "third_party"
    PAYMENTS = "payments"


class Guard(StrEnum):
    """What a move may need."""

    REASON = "reason"
    TERMS_CITED = "terms_cited"
    WITHIN_AUTHORITY = "within_authority"
    AMOUNT = "amount"
    BOTH_AMOUNTS = "both_amounts"
    WHOLE_LIST = "whole_list"
    MATERIALS_COMPLETE = "materials_complete"
    PHOTOS = "photos"
    PHOTOS_NAMED = "photos_named"
    EVIDENCE = "evidence"
    TRIAGE_OFFERS = "triage_offers"
    AUTOMATION_ACCEPTED = "automation_accepted"
    MACHINE_OFFER = "machine_offer"
    OFFER_IN_FORCE = "offer_in_force"
    OFFER_ENDED = "offer_ended"
    SIGNATURE = "signature"
    NOTHING_PAYABLE = "nothing_payable"
    PAYMENT_PROOF = "payment_proof"
    PAYMENT_NOT_STARTED = "payment_not_started"
    RESULT_TOLD = "result_told"


class Node(StrEnum):
    """Moments that the customer is told about."""

    REPORT_NUMBER = "report_number"
    MATERIALS_WANTED = "materials_wanted"
    SURVEY_ASSIGNED = "survey_assigned"
    PHOTOS_WANTED = "photos_wanted"
    ASSESSED = "assessed"
    REVIEW_RESULT = "review_result"
    OFFER_ENDS_SOON = "offer_ends_soon"
    OFFER_ENDED = "offer_ended"
    PERSON_TAKES_OVER = "person_takes_over"
    CONTEST_RECEIVED = "contest_received"
    THIRD_PARTY_ASKED = "third_party_asked"
    REOPENED = "reopened"
    PAYMENT_STARTED = "payment_started"
    COMPLAINT_RECEIVED = "complaint_received"
    COMPLAINT_ANSWERED = "complaint_answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
