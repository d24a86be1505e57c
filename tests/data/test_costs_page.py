"""docs/offshore_costs.md says what the table and the arithmetic say."""

from tests import costs_page

TEXT = costs_page.PAGE.read_text("utf-8")


def test_inputs_on_the_page_are_those_of_the_table() -> None:
    shown = TEXT.split(costs_page.BEGIN)[1].split(costs_page.END)[0]
    assert shown.strip() == costs_page.tables().strip()


def test_the_page_states_what_an_hour_costs() -> None:
    assert f"**{costs_page.at_values():.2f} USD**" in TEXT
    assert f"**{costs_page.at_values('rm3'):.2f} USD**" in TEXT


def test_every_assumed_input_is_on_the_page() -> None:
    table = costs_page.costs()
    assumed = table.index[table["status"] == "assumed"]
    assert [name for name in assumed if f"- `{name}`: " not in TEXT] == []
    assert f"{len(assumed)} of {len(table)} rows are assumed" in TEXT
