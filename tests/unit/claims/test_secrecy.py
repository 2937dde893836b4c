"""What is sealed opens whole, in its place and with its key, or not at all; and secrets stay out of what is shown."""

import itertools
import json
import os
import re
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims import key_file, tokens
from claims.keys import Keys, Ring, key_id
from claims.passwords import LONGEST, SHORTEST, Passwords
from claims.secrecy import BlindIndex, Place, Sealer
from model.errors import RightsError, SecrecyError
from model.texts import LANGUAGES, Texts

RING = Ring.new()
SEALER = Sealer(RING)
HERE = Place("notices", "0190", "plate")
PLATE = "京A12345"
ROOT = Path(__file__).resolve().parents[3]


def refusal(sealed: str, place: Place = HERE, sealer: Sealer = SEALER) -> str:
    with pytest.raises(SecrecyError) as raised:
        sealer.open(sealed, place)
    assert PLATE not in repr(raised.value.__dict__) + str(raised.value)
    return raised.value.code


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_text_comes_back(text: str) -> None:
    sealed = SEALER.seal(text, HERE)
    assert SEALER.open(sealed, HERE) == text
    assert sealed.isascii()
    assert len(text) < 4 or text not in sealed


@given(st.binary(max_size=300))
def test_a_file_comes_back(content: bytes) -> None:
    sealed = SEALER.seal_bytes(content, HERE)
    assert SEALER.open_bytes(sealed, HERE) == content
    assert len(sealed) == len(content) + 39


def test_the_same_text_is_never_sealed_alike() -> None:
    assert len({SEALER.seal(PLATE, HERE) for _ in range(100)}) == 100


def test_every_flipped_bit_is_noticed() -> None:
    sealed = SEALER.seal(PLATE, HERE)
    for position, bit in itertools.product(range(len(sealed)), range(8)):
        other = sealed[:position] + chr(ord(sealed[position]) ^ (1 << bit)) + sealed[position + 1 :]
        assert refusal(other) in {"secrecy.altered", "secrecy.not_sealed", "secrecy.unknown_key"}


def test_every_flipped_bit_of_a_file_is_noticed() -> None:
    sealed = SEALER.seal_bytes(b"photo", HERE)
    for position, bit in itertools.product(range(len(sealed)), range(8)):
        other = bytearray(sealed)
        other[position] ^= 1 << bit
        with pytest.raises(SecrecyError):
            SEALER.open_bytes(bytes(other), HERE)


@given(st.data())
def test_what_is_cut_off_or_added_is_noticed(data: st.DataObject) -> None:
    sealed = SEALER.seal(PLATE, HERE)
    cut = data.draw(st.integers(0, len(sealed) - 1))
    added = data.draw(st.text(min_size=1, max_size=5))
    refusal(sealed[:cut])
    refusal(sealed + added)
    refusal(added + sealed)


def test_one_text_has_one_sealed_spelling() -> None:
    """The last letter of base64 may have idle bits; a value that differs only there is not taken."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
    sealed = SEALER.seal("1234", HERE)
    assert sealed.endswith("=")
    stem = sealed.rstrip("=")
    others = [stem[:-1] + letter + sealed[len(stem) :] for letter in letters if letter != stem[-1]]
    assert {refusal(other) for other in [*others, stem, sealed + "=", sealed + "\n"]} <= {
        "secrecy.altered",
        "secrecy.not_sealed",
    }


@pytest.mark.parametrize(
    "place",
    [Place("people", "0190", "plate"), Place("notices", "0191", "plate"), Place("notices", "0190", "vin")],
)
def test_a_value_moved_elsewhere_does_not_open(place: Place) -> None:
    assert refusal(SEALER.seal(PLATE, HERE), place) == "secrecy.altered"
    with pytest.raises(SecrecyError, match="altered"):
        SEALER.open_bytes(SEALER.seal_bytes(b"x", HERE), place)


def test_two_places_that_read_alike_are_two_places() -> None:
    assert refusal(SEALER.seal(PLATE, Place("a", "b", "c")), Place("a", 'b", "c', "")) == "secrecy.altered"


def test_a_text_and_a_file_are_not_taken_for_each_other() -> None:
    sealed = SEALER.seal_bytes(b"x", HERE)
    assert refusal(sealed.decode("latin-1")) == "secrecy.not_sealed"
    with pytest.raises(SecrecyError, match="unknown_key"):
        SEALER.open_bytes(SEALER.seal("long enough to have all the parts", HERE).encode(), HERE)


def test_an_unknown_key_is_named_as_such() -> None:
    assert refusal(Sealer(Ring.new()).seal(PLATE, HERE)) == "secrecy.unknown_key"
    with pytest.raises(SecrecyError, match="unknown_key"):
        SEALER.open_bytes(Sealer(Ring.new()).seal_bytes(b"x", HERE), HERE)


@pytest.mark.parametrize("text", ["", PLATE, "qs1", "qs1.", "qs1..", "qs1.0.AAAA", "qs2.00000000.AAAA", "\ud800.."])
def test_what_was_never_sealed_is_not_opened(text: str) -> None:
    assert refusal(text) == "secrecy.not_sealed"


def test_half_a_character_is_refused_without_being_shown() -> None:
    with pytest.raises(SecrecyError) as raised:
        SEALER.seal("secret\ud800", HERE)
    assert raised.value.code == "secrecy.not_text"
    assert raised.value.__cause__ is None
    assert "secret" not in str(raised.value)


def test_a_turned_ring_opens_the_old_and_seals_with_the_new() -> None:
    old = SEALER.seal(PLATE, HERE)
    turned = RING.turned()
    sealer = Sealer(turned)
    assert turned.active != RING.active
    assert sealer.open(old, HERE) == PLATE
    assert (sealer.is_current(old), sealer.is_current(sealer.seal(PLATE, HERE))) == (False, True)
    assert refusal(sealer.seal(PLATE, HERE)) == "secrecy.unknown_key"


# --- the blind index ------------------------------------------------------------------------------------------------


def test_equal_values_are_found_under_one_key_and_field_only() -> None:
    index = BlindIndex(bytes(32))
    found = index.of("plate", PLATE)
    assert found == BlindIndex(bytes(32)).of("plate", PLATE)
    assert re.fullmatch(r"[0-9a-f]{64}", found)
    others = {
        index.of("policy_number", PLATE),
        index.of("plate", "京A12346"),
        BlindIndex(b"\1" * 32).of("plate", PLATE),
        index.of("pl", "ate" + PLATE),
    }
    assert len(others | {found}) == 5


# --- keys -----------------------------------------------------------------------------------------------------------


def test_keys_come_back_from_their_document() -> None:
    keys = Keys.new().turned()
    again = Keys.read(keys.text())
    assert again == keys
    assert len(keys.seal.keys) == len(keys.bearer.keys) == 2


def test_nothing_secret_is_in_a_repr() -> None:
    keys = Keys.new()
    token, app = tokens.new_token(), tokens.new_api_key()
    shown = " ".join(map(repr, (keys, keys.seal, Sealer(keys.seal), BlindIndex(keys.index), token, app)))
    secret = [keys.index, keys.audit, keys.sample, *keys.seal.keys.values(), *keys.bearer.keys.values()]
    assert not [key for key in secret if key.hex() in shown or repr(key) in shown]
    assert token.text not in shown
    assert app.text not in shown


def edited(**changes: object) -> str:
    return json.dumps({**json.loads(Keys.new().text()), **changes})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[" * 100_000,
        " " * 70_000,
        edited(version=2),
        edited(index="AAAA"),
        edited(index="not base64!"),
        edited(index="京"),
        edited(colour="red"),
        edited(seal={"active": "0", "keys": {}}),
        edited(seal={"active": "00000000", "keys": {"00000000": "A" * 43 + "="}}),
        json.dumps({**json.loads(Keys.new().text()), "index": "A" * 43 + "=", "audit": "A" * 43 + "="}),
    ],
)
def test_a_document_that_is_not_sound_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(SecrecyError) as raised:
        Keys.read(text)
    assert raised.value.code == "secrecy.keys_invalid"
    assert "A" * 20 not in str(raised.value)


def test_a_key_damaged_in_its_document_is_noticed() -> None:
    tree = json.loads(Keys.new().text())
    name, letters = next(iter(tree["seal"]["keys"].items()))
    tree["seal"]["keys"][name] = ("B" if letters[0] == "A" else "A") + letters[1:]
    with pytest.raises(SecrecyError, match="does not fit its id"):
        Keys.read(json.dumps(tree))


def test_a_key_id_says_nothing_of_the_key() -> None:
    assert key_id(bytes(32)) != bytes(32).hex()[:8]
    assert key_id(bytes(32)) != key_id(b"\1" * 32)


# --- the file of keys -----------------------------------------------------------------------------------------------


def test_the_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    before = os.umask(0)
    try:
        keys = key_file.read_or_create(home)
    finally:
        os.umask(before)
    path = home / key_file.NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert key_file.read_or_create(home) == keys == key_file.read(path)
    assert [found.name for found in home.iterdir()] == [key_file.NAME]


def test_of_many_that_begin_together_one_makes_it(tmp_path: Path) -> None:
    many = 8
    for turn in range(20):
        home, gate = tmp_path / str(turn), Barrier(many)

        def begin(home: Path = home, gate: Barrier = gate) -> Keys:
            gate.wait(timeout=60)
            return key_file.read_or_create(home)

        with ThreadPoolExecutor(many) as pool:
            told = [begun.result(timeout=60) for begun in [pool.submit(begin) for _ in range(many)]]
        assert all(keys == key_file.read(home / key_file.NAME) for keys in told)
        assert [found.name for found in home.iterdir()] == [key_file.NAME]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_open_to_others_is_not_used(tmp_path: Path, mode: int) -> None:
    key_file.read_or_create(tmp_path)
    (tmp_path / key_file.NAME).chmod(mode)
    with pytest.raises(SecrecyError, match="key_file_exposed"):
        key_file.read_or_create(tmp_path)


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / key_file.NAME
    path.write_text("damaged")
    path.chmod(0o600)
    with pytest.raises(SecrecyError, match="keys_invalid"):
        key_file.read_or_create(tmp_path)
    assert path.read_text() == "damaged"


def test_what_is_no_file_or_not_there_is_told_apart(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    with pytest.raises(SecrecyError, match="key_file_missing"):
        key_file.read(keys)
    key_file.read_or_create(tmp_path / "real")
    keys.symlink_to(tmp_path / "real" / key_file.NAME)
    with pytest.raises(SecrecyError, match="key_file_unreadable"):
        key_file.read(keys)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(SecrecyError, match="key_file_exposed"):
        key_file.read(tmp_path / "pipe")
    (tmp_path / "a file").write_text("")
    with pytest.raises(SecrecyError, match="key_file_unreadable"):
        key_file.read_or_create(tmp_path / "a file")


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "home").symlink_to("/proc")
    with pytest.raises(SecrecyError, match="key_file_unwritable"):
        key_file.read_or_create(tmp_path / "home")


# --- tokens and keys of apps ----------------------------------------------------------------------------------------


def test_a_token_opens_and_nothing_near_it_does() -> None:
    issued = tokens.new_token()
    assert tokens.is_token(issued.text)
    assert tokens.matches(issued.text, issued.digest)
    swapped = issued.text[:-1] + ("A" if issued.text[-1] != "A" else "B")
    assert not any(tokens.matches(other, issued.digest) for other in (swapped, "", issued.digest, "\ud800"))
    assert issued.text not in issued.digest
    assert len({tokens.new_token().text for _ in range(100)}) == 100


@pytest.mark.parametrize("text", ["", "short", "a" * 44, "a" * 42 + "\n", "é" * 43, "a" * 43 + "\n"])
def test_what_is_no_token_is_not_looked_up(text: str) -> None:
    assert not tokens.is_token(text)


def test_a_key_of_an_app_is_found_by_its_prefix() -> None:
    issued = tokens.new_api_key()
    assert issued.text.startswith(f"qc_{issued.prefix}_")
    assert tokens.api_key_prefix(issued.text) == issued.prefix
    assert tokens.matches(issued.text, issued.digest)
    assert not tokens.matches(issued.text.removeprefix(f"qc_{issued.prefix}_"), issued.digest)
    for other in (issued.text + "A", issued.text[:-1], issued.text.upper(), "qc__" + "a" * 43, tokens.new_token().text):
        assert tokens.api_key_prefix(other) is None


# --- passwords ------------------------------------------------------------------------------------------------------

CHEAP = Passwords(memory_kib=64, passes=1)
GOOD = "four quiet words here"


def test_a_password_is_verified_and_no_other() -> None:
    stored = CHEAP.hash(GOOD)
    assert stored.startswith("$argon2id$")
    assert CHEAP.verify(GOOD, stored).right
    for wrong in ("", GOOD + " ", GOOD.upper(), GOOD + "x" * LONGEST, "\ud800" * 20):
        assert not CHEAP.verify(wrong, stored).right
    assert CHEAP.hash(GOOD) != stored
    longest = CHEAP.hash("x" * LONGEST)
    assert CHEAP.verify("x" * LONGEST, longest).right
    assert not CHEAP.verify("x" * (LONGEST + 1), longest).right


def test_the_same_letters_typed_otherwise_are_the_same() -> None:
    assert CHEAP.verify("ｑｕｉｅｔ　ｗｏｒｄｓ e\u0301", CHEAP.hash("quiet words é")).right


def test_a_password_hashed_with_less_work_is_renewed() -> None:
    stored = CHEAP.hash(GOOD)
    renewed = Passwords(memory_kib=128, passes=1).verify(GOOD, stored).renewed
    assert renewed is not None
    assert CHEAP.verify(GOOD, renewed).right
    assert CHEAP.verify(GOOD, stored).renewed is None


@pytest.mark.parametrize(("password", "code"), [("x" * (SHORTEST - 1), "short"), ("x" * (LONGEST + 1), "long")])
def test_a_new_password_has_a_length(password: str, code: str) -> None:
    with pytest.raises(RightsError, match=f"password_too_{code}"):
        CHEAP.hash(password)


def test_a_login_that_does_not_exist_takes_as_much_work() -> None:
    passwords = Passwords(memory_kib=32 * 1024, passes=2)
    stored = passwords.hash(GOOD)

    def quickest(password: str, hashed: str | None) -> float:
        taken = []
        for _ in range(5):
            begun = time.process_time()
            assert not passwords.verify(password, hashed).right
            taken.append(time.process_time() - begun)
        return min(taken)

    known = quickest("wrong password", stored)
    assert quickest("wrong password", None) > known / 2
    assert quickest("x" * (LONGEST + 1), stored) > known / 2


def test_a_stored_hash_that_is_none_is_our_fault() -> None:
    with pytest.raises(SecrecyError, match="password_unreadable"):
        CHEAP.verify(GOOD, "plain text")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language: str) -> None:
    sentences = Texts.load(language).sentences
    raised = set()
    for path in [*(ROOT / "claims").glob("*.py")]:
        source = path.read_text("utf-8")
        raised |= {f"rights.{code}" for code in re.findall(r'RightsError\(\s*"(\w+)"', source)}
        raised |= {f"secrecy.{code}" for code in re.findall(r'SecrecyError\(\s*"(\w+)"', source)}
    assert len(raised) > 15
    wanted = {f"problem.{code}.{part}" for code in raised for part in ("title", "detail")}
    assert not wanted - sentences.keys()
