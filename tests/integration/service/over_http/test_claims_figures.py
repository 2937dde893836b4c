"""What operators see of cases: the figures of the business, and assessments counted where they were made."""

from collections.abc import Callable

from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sites import Site

from claims.db import is_embedded

TOKEN = "0123456789abcdef"  # noqa: S105 - opens the service of this test only


def test_a_case_is_seen_in_the_figures(open_site: Callable[..., Site]) -> None:
    site = open_site(metrics_token=SecretStr(TOKEN))
    case = site.case()
    assert case.offered()["offer"]["machine"]
    told = figures(site)
    assert {name: told[name] for name in ("business_up", "assessed_7d", "offered_at_once_7d", "jobs_waiting")} == {
        "business_up": 1,
        "assessed_7d": 1,
        "offered_at_once_7d": 1,
        "jobs_waiting": 0,
    }
    here = is_embedded(site.house.books.engine)  # elsewhere a worker of its own counts for itself
    assert told.get("assessments_total", 0) == (1 if here else 0)
    assert told["photos_used_total"] == (2 if here else 0)


def figures(site: Site) -> dict[str, float]:
    answer = site.ask("GET", "/metrics", TOKEN)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {sample.name.removeprefix("quickclaim_"): sample.value for one in families for sample in one.samples}
