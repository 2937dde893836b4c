"""Settings that are well on a laptop and not in public: refused in production, told loudly elsewhere."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from api.settings import Settings
from claims import key_file
from claims.public_address import loopback
from model.errors import SecrecyError, SettingsError
from model.notes import Note, note
from model.texts import LANGUAGES, Texts


def require_safe(settings: Settings, address: str) -> None:
    """Raises ``SettingsError`` ``settings.unsafe`` that names all that is not safe, if this is production.

    ``address`` is the one that is listened on.
    """
    faults = tuple(_faults(settings, local=loopback(address) is not None)) if settings.production else ()
    if faults:
        told = ", ".join(fault.code.removeprefix("settings.") for fault in faults)
        raise SettingsError("unsafe", told, wrong=faults)


def warnings(settings: Settings, address: str) -> tuple[str, ...]:
    """What to tell whoever starts a service that others can reach and that was not checked, in every language."""
    if settings.production or loopback(address):
        return ()
    return tuple(Texts.load(language).say(note("serve.open", address=address)) for language in LANGUAGES)


def _faults(settings: Settings, *, local: bool) -> Iterator[Note]:
    if not (settings.database or "").startswith(("postgresql:", "postgresql+", "postgres:")):
        yield note("settings.unsafe_database")
    yield from _key_faults(settings)
    if _is_plain(settings.s3_endpoint or ""):
        yield note("settings.unsafe_photos")
    if "*" in settings.hosts:
        yield note("settings.unsafe_hosts")
    if settings.plain_webhooks:
        yield note("settings.unsafe_webhooks")
    if not local and not settings.trusted_proxies:
        yield note("settings.unsafe_tls")
    if any(network.prefixlen == 0 for network in settings.trusted_proxies):
        yield note("settings.unsafe_proxies")
    if settings.metrics_token is None and (settings.trusted_proxies or not local):
        yield note("settings.unsafe_metrics")


def _is_plain(endpoint: str) -> bool:
    """Whether photos, sealed as they are, would travel unencrypted beyond this computer."""
    told = urlsplit(endpoint)
    return told.scheme == "http" and told.hostname != "localhost" and loopback(told.hostname or "") is None


def _key_faults(settings: Settings) -> Iterator[Note]:
    """Keys are given from outside: those made in the home folder are lost or copied with it, beside what they seal."""
    if settings.keys is not None:
        return
    if settings.key_file is None:
        yield note("settings.unsafe_keys")
        return
    try:
        key_file.read(settings.key_file)
    except SecrecyError as error:
        yield note("settings.unsafe_key_file", problem=error.code)
