"""What a rulebook was read from can be kept as text, and gives the same rulebook again."""

from dataclasses import replace

import pytest
from desks import changed

from claims.price_store import import_file
from claims.rule_sources import RuleFile, Source, cited, spelled
from claims.rulebook import Rulebook
from model.errors import PriceTableError


def test_every_file_is_cited_by_its_content(rulebook: Rulebook) -> None:
    assert [source.file for source in rulebook.sources] == list(RuleFile)
    versions = {source.file: source.version for source in rulebook.sources}
    assert spelled(versions) == rulebook.versions
    assert cited(rulebook.versions) == versions
    assert all("@" in version for version in versions.values())


def test_a_rulebook_is_made_again_from_its_sources(rulebook: Rulebook) -> None:
    assert Rulebook.from_sources(reversed(rulebook.sources)) == rulebook


@pytest.mark.parametrize("file", [file for file in RuleFile if file.endswith(".yaml")])
def test_who_forgets_the_version_is_seen(rulebook: Rulebook, file: RuleFile) -> None:
    """A word in a comment is enough."""
    other = changed(rulebook, file, "version:", "# a remark\nversion:")
    differing = {source.file for source in other.sources} - {
        source.file for source in rulebook.sources if source in other.sources
    }
    assert differing == {file}
    assert other.versions != rulebook.versions


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_tables_come_back_byte_for_byte(
    rulebook: Rulebook, encoding: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("prices")
    content = rulebook.sources[0].content.encode(encoding)
    (folder / "2027.csv").write_bytes(content)
    imported = import_file(folder / "2027.csv", folder)
    loaded = Rulebook.load(folder)
    assert loaded.catalogue.version == imported.version
    assert loaded.sources[0].table.content == content
    again = Rulebook.from_sources(loaded.sources)
    assert again.catalogue == loaded.catalogue
    assert "\0" not in loaded.sources[0].content


def test_a_kept_table_that_is_no_base64_is_refused() -> None:
    with pytest.raises(PriceTableError, match=r"prices\.unreadable"):
        _ = Source(file=RuleFile.PARTS, version="x@00000000", content="base64,!!").table


@pytest.mark.parametrize("name", ["prices", "rules", "policy"])
def test_what_was_not_spelled_so_cites_nothing(rulebook: Rulebook, name: str) -> None:
    versions = rulebook.versions
    assert cited({key: value for key, value in versions.items() if key != name}) == {}
    assert cited({**versions, "rules": "repair 1, profiles 2"}) == {}


def test_a_changed_content_has_another_hash(rulebook: Rulebook) -> None:
    source = rulebook.sources[-1]
    assert replace(source, content=source.content + "\n").sha256 != source.sha256
