"""Staff tokens: ours and an identity provider's are taken; every known way to forge one is not."""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from claims.bearer import Bearer, Issuer, OwnIssuer, issue, require_current, verify
from claims.bearer_keys import FRESH_FOR, PATIENCE, OwnKeys, PublishedKeys, read_key_set
from claims.keys import Ring
from claims.states import Role
from model.errors import RightsError, ServiceError

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
NOW = int(AT.timestamp())
PERSON = UUID(int=5)
RING = Ring.new()
LOGIN = OwnIssuer(name="quickclaim", audience="quickclaim", ring=RING)
OURS = Issuer(
    name="quickclaim",
    audience="quickclaim",
    keys=OwnKeys(RING),
    algorithms=frozenset({"EdDSA"}),
    versioned=True,
    longest=timedelta(minutes=15),
)

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
WEAK_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - to be refused
EC_KEY = ec.generate_private_key(ec.SECP256R1())
KEY_SET = {
    "keys": [
        {**RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True), "kid": "rsa", "use": "sig", "alg": "RS256"},
        {**RSAAlgorithm.to_jwk(WEAK_KEY.public_key(), as_dict=True), "kid": "weak", "use": "sig", "alg": "RS256"},
        {**ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True), "kid": "ec"},
        {"kty": "oct", "kid": "shared", "k": base64.urlsafe_b64encode(b"s" * 32).decode(), "alg": "HS256"},
        {**RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True), "kid": "enc", "use": "enc"},
        {**RSAAlgorithm.to_jwk(RSA_KEY, as_dict=True), "kid": "private"},
        {"kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB"},
        {"kty": "EC", "kid": "curve", "crv": "P-0", "x": "AA", "y": "AA"},
        {**RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True)},
        "no key",
    ]
}


class Provider:
    """An identity provider whose answers the test chooses."""

    def __init__(self) -> None:
        self.document: Mapping[str, Any] | Exception = KEY_SET
        self.asked = 0

    def __call__(self) -> Mapping[str, Any]:
        self.asked += 1
        if isinstance(self.document, Exception):
            raise self.document
        return self.document


THEIRS = Issuer(
    name="https://id.example",
    audience="claims-desk",
    keys=PublishedKeys(Provider()),
    role_claim="realm_access.roles",
    roles={"Adjusters L1": Role.JUNIOR, "Adjusters L2": Role.SENIOR, "Revision": Role.AUDITOR},
)
BOTH = [OURS, THEIRS]


def claims(**changes: Any) -> dict[str, Any]:
    """Of the identity provider; a value of None leaves the claim out."""
    whole = {
        "iss": "https://id.example",
        "aud": ["other", "claims-desk"],
        "sub": "f:1",
        "iat": NOW,
        "exp": NOW + 600,
        "realm_access": {"roles": ["offline_access", "Adjusters L2"]},
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def theirs(kid: object = "rsa", **changes: Any) -> str:
    return jwt.encode(claims(**changes), RSA_KEY, algorithm="RS256", headers={"kid": kid} if kid else None)


def own(ring: Ring = RING, **changes: Any) -> str:
    whole = {"iss": "quickclaim", "aud": "quickclaim", "sub": str(PERSON), "role": "senior", "ver": 3, "iat": NOW}
    whole |= {"exp": NOW + 600, **changes}
    signer = Ed25519PrivateKey.from_private_bytes(ring.keys[ring.active])
    body = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode(body, signer, algorithm="EdDSA", headers={"kid": ring.active})


def refusal(token: str, *, at: datetime = AT) -> str:
    with pytest.raises(RightsError) as raised:
        verify(token, BOTH, at=at)
    assert raised.value.__cause__ is None
    assert not raised.value.facts
    return raised.value.code


# --- what is taken --------------------------------------------------------------------------------------------------


def test_our_own_token_says_who_and_for_how_long() -> None:
    bearer = verify(issue(PERSON, Role.SENIOR, 3, at=AT, by=LOGIN), BOTH, at=AT + timedelta(minutes=14))
    expires_at = AT + timedelta(minutes=15)
    assert bearer == Bearer(
        issuer="quickclaim",
        subject=str(PERSON),
        role=Role.SENIOR,
        issued_at=AT,
        expires_at=expires_at,
        jti=bearer.jti,
        version=3,
        signed_in_at=AT,
    )
    again = verify(issue(PERSON, Role.SENIOR, 3, at=AT, by=LOGIN), BOTH, at=AT)
    assert bearer.jti
    assert again.jti != bearer.jti
    assert str(PERSON) not in repr(bearer)


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.APP, Role.SYSTEM])
def test_only_staff_log_in(role: Role) -> None:
    with pytest.raises(ValueError, match="does not log in"):
        issue(PERSON, role, 1, at=AT, by=LOGIN)
    with pytest.raises(ValueError, match="people of the staff"):
        Issuer(name="x", audience="x", keys=OwnKeys(RING), roles={"anyone": role})
    assert refusal(own(role=role.value)) == "rights.no_role"


def test_a_token_of_the_identity_provider_is_taken() -> None:
    bearer = verify(theirs(), BOTH, at=AT)
    assert (bearer.issuer, bearer.subject, bearer.role) == ("https://id.example", "f:1", Role.SENIOR)
    assert (bearer.version, bearer.jti) == (None, None)
    signed = jwt.encode(claims(realm_access={"roles": "Revision"}), EC_KEY, algorithm="ES256", headers={"kid": "ec"})
    assert verify(signed, BOTH, at=AT).role is Role.AUDITOR


def test_a_token_under_an_older_key_of_ours_is_taken_after_a_turn() -> None:
    turned = RING.turned()
    issuer = Issuer(name="quickclaim", audience="quickclaim", keys=OwnKeys(turned), versioned=True)
    assert verify(own(), [issuer], at=AT).version == 3
    assert verify(own(turned), [issuer], at=AT).version == 3
    assert refusal(own(turned)) == "rights.token_invalid"


def test_a_logout_or_another_role_ends_it() -> None:
    bearer = verify(own(), BOTH, at=AT)
    require_current(bearer, version=3, role=Role.SENIOR)
    for version, role in ((4, Role.SENIOR), (2, Role.SENIOR), (3, Role.JUNIOR)):
        with pytest.raises(RightsError, match="token_revoked"):
            require_current(bearer, version=version, role=role)


# --- attacks on the signature ---------------------------------------------------------------------------------------


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def by_hand(header: Mapping[str, Any], body: Mapping[str, Any], secret: bytes | None) -> str:
    told = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(body).encode())}"
    return f"{told}.{b64(hmac.digest(secret, told.encode(), 'sha256')) if secret is not None else ''}"


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "", None, 0, ["RS256"]])
def test_a_token_without_a_signature_is_refused(name: object) -> None:
    assert refusal(by_hand({"alg": name, "kid": "rsa", "typ": "JWT"}, claims(), None)) == "rights.token_invalid"


@pytest.mark.parametrize("algorithm", ["HS256", "RS256", "EdDSA"])
def test_a_public_key_is_no_shared_secret(algorithm: str) -> None:
    public = RSA_KEY.public_key()
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    secrets = [
        public.public_bytes(serialization.Encoding.PEM, spki),
        public.public_bytes(serialization.Encoding.DER, spki),
        json.dumps(RSAAlgorithm.to_jwk(public, as_dict=True)).encode(),
        b"",
    ]
    for secret in secrets:
        forged = by_hand({"alg": algorithm, "kid": "rsa", "typ": "JWT"}, claims(), secret)
        assert refusal(forged) == "rights.token_invalid"


def test_a_shared_secret_in_the_key_set_signs_nothing() -> None:
    assert refusal(jwt.encode(claims(), b"s" * 32, algorithm="HS256", headers={"kid": "shared"})) == (
        "rights.token_invalid"
    )


@pytest.mark.parametrize("kid", ["nobody", "../../etc/passwd", "' OR 1=1 --", "", None, "enc", "private", "broken"])
def test_an_unknown_key_is_refused(kid: object) -> None:
    assert refusal(theirs(kid)) == "rights.token_invalid"


@pytest.mark.parametrize("kid", [1, ["rsa"], {"rsa": 1}, None])
def test_a_key_id_that_is_no_text_is_refused(kid: object) -> None:
    header, body, signature = theirs().split(".")
    told = {**json.loads(base64.urlsafe_b64decode(header + "==")), "kid": kid}
    assert refusal(f"{b64(json.dumps(told).encode())}.{body}.{signature}") == "rights.token_invalid"


def test_a_key_that_the_token_brings_along_is_not_used() -> None:
    mine = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    brought = {**RSAAlgorithm.to_jwk(mine.public_key(), as_dict=True), "kid": "rsa"}
    extra = ({"jwk": brought}, {"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example/cert"}, {})
    for header in extra:
        forged = jwt.encode(claims(), mine, algorithm="RS256", headers={"kid": "rsa", **header})
        assert refusal(forged) == "rights.token_invalid"


def test_another_algorithm_than_the_keys_is_refused() -> None:
    assert refusal(jwt.encode(claims(), RSA_KEY, algorithm="PS256", headers={"kid": "rsa"})) == "rights.token_invalid"
    assert refusal(jwt.encode(claims(), RSA_KEY, algorithm="RS512", headers={"kid": "rsa"})) == "rights.token_invalid"
    assert refusal(jwt.encode(claims(), EC_KEY, algorithm="ES256", headers={"kid": "rsa"})) == "rights.token_invalid"


def test_an_algorithm_that_the_issuer_was_not_set_to_is_refused() -> None:
    narrow = replace(THEIRS, algorithms=frozenset({"ES256"}))
    signed = jwt.encode(claims(), EC_KEY, algorithm="ES256", headers={"kid": "ec"})
    assert verify(signed, [narrow], at=AT).role is Role.SENIOR
    with pytest.raises(RightsError, match="token_invalid"):
        verify(theirs(), [narrow], at=AT)


def test_a_key_too_short_to_trust_is_refused() -> None:
    header, body = {"alg": "RS256", "kid": "weak", "typ": "JWT"}, claims()
    told = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(body).encode())}"
    signature = RSAAlgorithm(RSAAlgorithm.SHA256).sign(told.encode(), WEAK_KEY)
    assert refusal(f"{told}.{b64(signature)}") == "rights.token_invalid"


def test_a_critical_header_that_we_do_not_know_is_refused() -> None:
    token = jwt.encode(claims(), RSA_KEY, algorithm="RS256", headers={"kid": "rsa", "crit": ["b64"], "b64": True})
    assert refusal(token) == "rights.token_invalid"


def test_one_issuer_does_not_speak_for_another() -> None:
    assert refusal(theirs(iss="quickclaim", aud="quickclaim", role="expert", ver=1)) == "rights.token_invalid"
    assert refusal(own(iss="https://id.example", aud="claims-desk")) == "rights.token_invalid"
    assert refusal(own(Ring.new())) == "rights.token_invalid"


@given(st.data())
def test_any_changed_letter_is_refused(data: st.DataObject) -> None:
    token = own()
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=. ~"))
    changed = token[:place] + letter + token[place + 1 :]
    # the last letter of a signature has idle bits: the same signature may have a second spelling
    same = changed == token or place == len(token) - 1
    if not same:
        assert refusal(changed) == "rights.token_invalid"


@given(st.text() | st.text(alphabet="eyJ.AQ-_=", max_size=60))
def test_anything_else_is_no_token(text: str) -> None:
    assert refusal(text) == "rights.token_invalid"


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"x"', b"{", b"[" * 5000, b'{"iss": ["quickclaim"]}', b"\xff"])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    header = b64(json.dumps({"alg": "EdDSA", "kid": RING.active}).encode())
    signer = Ed25519PrivateKey.from_private_bytes(RING.keys[RING.active])
    told = f"{header}.{b64(body)}"
    assert refusal(f"{told}.{b64(signer.sign(told.encode()))}") == "rights.token_invalid"


def test_a_long_token_is_not_even_read() -> None:
    assert refusal(own(padding="x" * 9000)) == "rights.token_invalid"


# --- claims ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-service"},
        {"aud": ["claims-desk-2"]},
        {"aud": []},
        {"aud": None},
        {"aud": {"claims-desk": 1}},
        {"iss": "https://id.example/"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"exp": None},
        {"iat": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": [NOW + 600]},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": 10**30},
        {"exp": NOW - 10, "iat": NOW},
        {"exp": NOW + 13 * 3600},
        {"iat": NOW + 31},
        {"iat": NOW + 31, "nbf": NOW},
        {"nbf": NOW + 31},
        {"nbf": "later"},
    ],
)
def test_claims_that_are_not_right_are_refused(changes: dict[str, Any]) -> None:
    assert refusal(theirs(**changes)) == "rights.token_invalid"


@pytest.mark.parametrize("version", [None, "3", True, 3.0])
def test_our_own_token_names_the_version_of_the_rights(version: object) -> None:
    assert refusal(own(ver=version)) == "rights.token_invalid"


@pytest.mark.parametrize(("late", "taken"), [(599, True), (629, True), (630, False), (86_400, False)])
def test_a_token_runs_out(late: int, taken: bool) -> None:
    at = AT + timedelta(seconds=late)
    if taken:
        assert verify(theirs(), BOTH, at=at).expires_at == AT + timedelta(seconds=600)
    else:
        assert refusal(theirs(), at=at) == "rights.token_expired"


def test_clocks_may_differ_a_little() -> None:
    assert verify(theirs(iat=NOW + 30, nbf=NOW + 30), BOTH, at=AT).role is Role.SENIOR
    assert verify(theirs(iat=NOW + 0.5, exp=NOW + 600.5), BOTH, at=AT).role is Role.SENIOR


@pytest.mark.parametrize(
    ("access", "code"),
    [
        (None, "no_role"),
        ({}, "no_role"),
        ({"roles": []}, "no_role"),
        ({"roles": ["expert", "admin"]}, "no_role"),
        ({"roles": [7, None, ["Adjusters L2"]]}, "no_role"),
        ({"roles": {"Adjusters L2": True}}, "no_role"),
        ("Adjusters L2", "no_role"),
        ({"roles": ["Adjusters L1", "Adjusters L2"]}, "role_unclear"),
        ({"roles": ["Revision", "Adjusters L1"]}, "role_unclear"),
    ],
)
def test_a_role_is_one_of_those_that_were_set(access: object, code: str) -> None:
    assert refusal(theirs(realm_access=access)) == f"rights.{code}"


@pytest.mark.parametrize("names", [set(), {"none"}, {"HS256"}, {"RS256", "HS512"}, {"RS1"}])
def test_an_issuer_cannot_be_set_to_what_is_not_safe(names: set[str]) -> None:
    with pytest.raises(ValueError, match="not safe"):
        Issuer(name="x", audience="x", keys=OwnKeys(RING), algorithms=frozenset(names))


# --- published keys -------------------------------------------------------------------------------------------------


def test_only_public_signing_keys_are_read() -> None:
    assert set(read_key_set(KEY_SET)) == {"rsa", "weak", "ec"}


@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": {}}, [], "keys", {"keys": [{}] * 51}])
def test_what_is_no_key_set_is_refused(document: Any) -> None:
    with pytest.raises(ValueError, match="no key set"):
        read_key_set(document)


def test_keys_are_fetched_when_needed_and_not_more_often() -> None:
    provider = Provider()
    keys = PublishedKeys(provider)
    assert provider.asked == 0
    for second in range(50):
        assert keys.key("rsa", AT + timedelta(seconds=second)) is not None
    for second in range(59):
        assert keys.key(f"made up {second}", AT + timedelta(seconds=second)) is None
    assert provider.asked == 1
    assert keys.key("made up", AT + PATIENCE) is None
    assert provider.asked == 2
    assert keys.key("rsa", AT + PATIENCE + FRESH_FOR) is not None
    assert provider.asked == 3


def test_a_new_key_is_found_and_a_withdrawn_one_forgotten() -> None:
    provider = Provider()
    provider.document = {"keys": [key for key in KEY_SET["keys"] if isinstance(key, dict) and key.get("kid") == "ec"]}
    keys = PublishedKeys(provider)
    assert keys.key("rsa", AT) is None
    provider.document = KEY_SET
    assert keys.key("rsa", AT + PATIENCE) is not None
    provider.document = {"keys": []}
    assert keys.key("rsa", AT + PATIENCE + FRESH_FOR) is None


@pytest.mark.parametrize("trouble", [OSError("unreachable"), TimeoutError(), ValueError("no JSON"), {"error": 1}])
def test_a_provider_in_trouble_leaves_the_known_keys_in_use(trouble: Any) -> None:
    provider = Provider()
    keys = PublishedKeys(provider)
    provider.document = trouble
    with pytest.raises(ServiceError, match="issuer_unreachable"):
        keys.key("rsa", AT)
    provider.document = KEY_SET
    assert keys.key("rsa", AT + PATIENCE) is not None
    provider.document = trouble
    assert keys.key("rsa", AT + PATIENCE + FRESH_FOR) is not None
