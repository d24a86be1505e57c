"""Pipeline files as large as siting reads them: whatever they hold, the check is quick."""

import random
from collections.abc import Callable

HEAD = """\
siting: 1
name: Large
grid: {crs: EPSG:4326, resolution: 0.1 degree, bounds: [-120, 38, -116, 41]}
"""
HEAT = "sources: {heat: {file: heat.tif, units: mW m-2}, wells: {file: wells.csv}}\n"
MOST = 12_000  # entries; the reader stops at 50,000 keys and values


def _steps(body: str) -> Callable[[int], str]:
    """As many steps as asked, each with its number in its text."""

    def make(count: int) -> str:
        lines = (f"  s{i}: " + body.format(i=i, next=(i + 1) % count) for i in range(count))
        return HEAD + HEAT + "layers:\n" + "\n".join(lines) + "\n"

    return make


def _sources(body: str) -> Callable[[int], str]:
    def make(count: int) -> str:
        return HEAD + "sources:\n" + "".join(f"  s{i}: {body.format(i=i)}\n" for i in range(count))

    return make


def _references(count: int) -> str:
    weights = ", ".join(f"n{i}: 1" for i in range(count))
    return HEAD + HEAT + f"scoring: {{s: {{overlay.weighted: {{layers: {{{weights}}}}}}}}}\n"


def _one_layer_many_times(count: int) -> str:
    return (
        HEAD + HEAT + f"layers: {{a: {{combine.all_of: {{layers: [{'heat, ' * count}heat]}}}}}}\n"
    )


def _estimators(count: int) -> str:
    parts = ", ".join(f"a{i}: {{sklearn.svm.SVC: {{C: 1}}}}" for i in range(count // 4))
    model = f"{{sklearn.ensemble.VotingClassifier: {{estimators: {{{parts}}}}}}}"
    call = f"{{learned.classifier: {{features: [heat], labels: wells, model: {model}}}}}"
    return HEAD + HEAT + f"scoring: {{m: {call}}}\n"


def _outputs(count: int) -> str:
    return HEAD + HEAT + "outputs: [" + ", ".join(f"o{i}.tif" for i in range(count)) + "]\n"


def _keys(count: int) -> str:
    return HEAD + HEAT + "".join(f"k{i}: 1\n" for i in range(count))


def _long_text(count: int) -> str:
    return HEAD.replace("Large", "x" * (80 * count)) + HEAT


SHAPES: tuple[Callable[[int], str], ...] = (
    _steps("{{combine.above: {{layer: heat, threshold: {i}}}}}"),
    _steps("{{combine.abov{i}: {{layer: heat, threshold: 1}}}}"),
    _steps("{{combine.negated: {{layer: s{next}}}}}"),
    _steps("{{combine.above: {{layer: heat, threshold: {i} W m-{i}}}}}"),
    _steps("{{combine.above: {{laye{i}: heat}}}}"),
    _sources("{{source: elevatio{i}}}"),
    _sources("{{file: heat.tif, units: m s-{i}}}"),
    _sources("{{file: missing{i}.tif, unit: m}}"),
    _references,
    _one_layer_many_times,
    _estimators,
    _outputs,
    _keys,
    _long_text,
)


def large(rng: random.Random) -> str:
    """A large pipeline file."""
    return rng.choice(SHAPES)(int(10 ** rng.uniform(2, 4.08)))
