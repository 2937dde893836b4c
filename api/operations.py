"""What every operation does, in a line, and the right that it needs: the summaries of ``/openapi.json``."""

from typing import Any, Final

from claims.actions import Action
from claims.rights import Rights, Scope
from claims.states import Role

A = Action
SIGNED_IN: Final = "signed_in"
"""For everybody with a login: no right of its own is needed."""

OPERATIONS: Final[dict[str, tuple[str, Action | str | None]]] = {
    "quickEstimate": ("Estimate a repair from photos; nothing is stored", None),
    "openClaim": ("Report a damage and open a case", A.OPEN_CLAIM),
    "listClaims": ("List cases, the newest first", A.READ_CLAIM_MASKED),
    "getClaim": ("Read a case with its next step", A.READ_CLAIM_MASKED),
    "deleteClaim": ("Have everything personal of a case deleted", A.DELETE_OWN),
    "submitMaterials": ("Hand in what is there, and have it assessed", A.SUBMIT_MATERIALS),
    "acceptOffer": ("Accept the offer", A.ACCEPT),
    "renewOffer": ("Ask for a new offer after one has run out", A.RENEW_OFFER),
    "contest": ("Contest the result", A.CONTEST),
    "refuseAutomation": ("Ask for a person to decide", A.REFUSE_AUTOMATION),
    "withdraw": ("Withdraw the claim", A.WITHDRAW),
    "reopen": ("Open a closed case again", A.REOPEN),
    "complain": ("Complain about how a case is handled", A.COMPLAIN),
    "giveFeedback": ("Say how satisfied one is", A.FEEDBACK),
    "stateCover": ("State what the policy's register says", A.STATE_COVER),
    "addPhotos": ("Add photos to a case", A.ADD_PHOTOS),
    "putPhoto": ("Add one photo under its SHA-256", A.ADD_PHOTOS),
    "hasPhoto": ("Ask whether a case has a photo", A.ADD_PHOTOS),
    "getPhoto": ("Read a photo of a case", A.READ_CLAIM),
    "addMaterial": ("Hand in a document", A.SUBMIT_MATERIALS),
    "getMaterial": ("Read a document that was handed in", A.SEE_PERSONAL_DATA),
    "assess": ("Have the machine assess the photos of a case", A.ASSESS),
    "getJob": ("Ask how far an assessment is", A.READ_CLAIM_MASKED),
    "explain": ("Read why the amount is what it is", A.EXPLAIN),
    "exportClaim": ("Take along everything that is kept about a case", A.EXPORT_OWN),
    "issueToken": ("Issue a fresh token for the customer of a case", A.ISSUE_TOKEN),
    "prove": ("Prove once to be the customer of a case", A.ACCEPT),
    "hitRate": ("Read how often promises were kept", None),
    "satisfaction": ("Read how satisfied customers are", None),
    "overrides": ("Read how often people changed lines of the machine", A.STATS_READ),
    "listReviews": ("List the cases that wait for a person", A.QUEUE_READ),
    "nextReview": ("Take the most urgent case that waits", A.CLAIM_NEXT),
    "takeReview": ("Take this case", A.CLAIM_NEXT),
    "extendReview": ("Keep a case that one works on", A.RELEASE),
    "releaseReview": ("Put a case back into the queue", A.RELEASE),
    "getReview": ("Read the estimate of a case as it is reviewed", A.QUEUE_READ),
    "correctReview": ("Correct lines of the estimate", A.CORRECT_LINES),
    "approve": ("Approve the review: the customer gets the offer", A.APPROVE),
    "declineClaim": ("Decline a claim, with the reason and the terms", A.DECLINE),
    "askPhotos": ("Ask the customer for photos", A.ASK_PHOTO),
    "askMaterials": ("Ask the customer for documents", A.ASK_MATERIALS),
    "escalate": ("Hand a case to the next level", A.ESCALATE),
    "returnReview": ("Give a case back with the decision of the level", A.RETURN),
    "suspect": ("Hand facts that were found to a specialist", A.SUSPECT),
    "clear": ("Clear up what was found", A.CLEAR),
    "sendThirdParty": ("Have somebody independent assess it", A.SEND_THIRD_PARTY),
    "thirdPartyAnswer": ("Take down the amount of somebody independent", A.THIRD_PARTY_ANSWERED),
    "recall": ("Take an offer back for another look", A.RECALL),
    "takeUp": ("Take up a contested case", A.TAKE_UP),
    "refer": ("Hand a case from the machine to a person", A.REFER),
    "listPayments": ("List payments under way, or returned", A.START_PAYMENT),
    "claimPayments": ("List the payments of a case", A.READ_CLAIM_MASKED),
    "startPayment": ("Send the money", A.START_PAYMENT),
    "confirmPayment": ("Confirm that the money has arrived", A.CONFIRM_PAYMENT),
    "returnPayment": ("Note that the bank sent the money back", A.PAYMENT_RETURNED),
    "closeUnpaid": ("Close a case of which nothing is payable", A.CLOSE_UNPAID),
    "complaintsInLine": ("List the complaints that wait", A.ANSWER_COMPLAINT),
    "takeComplaint": ("Take a complaint to answer it", A.ANSWER_COMPLAINT),
    "releaseComplaint": ("Give a complaint to somebody else", A.ANSWER_COMPLAINT),
    "listComplaints": ("List the complaints about a case", A.ANSWER_COMPLAINT),
    "getComplaint": ("Read a complaint", A.ANSWER_COMPLAINT),
    "replyToComplaint": ("Note the first reply to a complaint", A.ANSWER_COMPLAINT),
    "tellComplaint": ("Note that the customer was told the result", A.ANSWER_COMPLAINT),
    "solveComplaint": ("Note that a complaint is solved", A.ANSWER_COMPLAINT),
    "listFollowUps": ("List the calls that are due", A.FOLLOW_UP),
    "followedUp": ("Note that a call was made", A.FOLLOW_UP),
    "callCustomer": ("Read whom to call, and the number", A.CALL_CUSTOMER),
    "readAudit": ("Read the log", A.READ_AUDIT),
    "readAuditOfClaim": ("Read the log of a case", A.READ_AUDIT),
    "verifyAudit": ("Check that the log is whole", A.VERIFY_AUDIT),
    "replay": ("Make a stored estimate again", A.REPLAY),
    "exportExamples": ("Download corrections as labelled photos", A.EXPORT_EXAMPLES),
    "propose": ("Propose a price table or a policy", A.PROPOSE_POLICY),
    "listProposals": ("List the proposals that wait", A.PROPOSE_PRICES),
    "getProposal": ("Read a proposal", A.PROPOSE_PRICES),
    "approveProposal": ("Approve somebody else's proposal: it is in force", A.APPROVE_PRICES),
    "refuseProposal": ("Refuse somebody else's proposal", A.APPROVE_PRICES),
    "takeBackProposal": ("Take back one's own proposal", A.PROPOSE_PRICES),
    "signIn": ("Sign in with login and password", None),
    "signOut": ("Sign out everywhere", SIGNED_IN),
    "renewSession": ("Get a fresh token", SIGNED_IN),
    "changePassword": ("Change one's own password", SIGNED_IN),
    "listPeople": ("List the people of the insurer", A.MANAGE_PEOPLE),
    "addPerson": ("Let somebody in", A.MANAGE_PEOPLE),
    "getPerson": ("Read one of the people", A.MANAGE_PEOPLE),
    "changePerson": ("Change somebody's role, or shut them out", A.MANAGE_PEOPLE),
    "resetPassword": ("Give somebody a new password", A.MANAGE_PEOPLE),
    "listApps": ("List the apps", A.MANAGE_APPS),
    "addApp": ("Add an app", A.MANAGE_APPS),
    "getApp": ("Read an app", A.MANAGE_APPS),
    "changeApp": ("Let an app in, or not any more", A.MANAGE_APPS),
    "listKeys": ("List the keys of an app", A.MANAGE_APPS),
    "addKey": ("Give an app a key", A.MANAGE_APPS),
    "revokeKey": ("Revoke a key", A.MANAGE_APPS),
    "listWebhooks": ("List the receivers of notifications", A.MANAGE_APPS),
    "addWebhook": ("Add a receiver of notifications", A.MANAGE_APPS),
    "getWebhook": ("Read a receiver of notifications", A.MANAGE_APPS),
    "changeWebhook": ("Notify a receiver, or not any more", A.MANAGE_APPS),
    "replaceSecret": ("Give a receiver a new secret", A.MANAGE_APPS),
    "listDeadLetters": ("List notifications that were given up", A.MANAGE_APPS),
    "reviveDeadLetter": ("Try a notification again", A.MANAGE_APPS),
    "livez": ("Ask whether the process answers", None),
    "readyz": ("Ask whether the service can work", None),
}
"""By operation id: what it does, and the right that decides for whom; None: for anybody."""


def with_summaries(document: dict[str, Any], rights: Rights) -> dict[str, Any]:
    """The same document, changed in place: each operation says what it does and for whom."""
    for path in document["paths"].values():
        for operation in path.values():
            if told := OPERATIONS.get(operation["operationId"]):
                operation["summary"] = f"{told[0]} ({for_whom(told[1], rights)})"
    return document


def for_whom(right: Action | str | None, rights: Rights) -> str:
    """Roles that may do it, in words."""
    if not isinstance(right, Action):
        return "staff" if right == SIGNED_IN else "anybody"
    roles = [role for role in Role if role is not Role.SYSTEM and rights.scope(role, right) is not Scope.NEVER]
    return ", ".join(role.value.replace("_", " ") for role in roles)
