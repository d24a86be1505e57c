"""Ensembles of trees over stacks of twenty layers, as rough and as smooth as real ones."""

import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, sobel, uniform_filter, zoom
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from benchmarks.case import OURS, Case
from siting.kernels.forest import compiled

LAYERS, SAMPLES, TREES, STAGES = 20, 4000, 500, 300
SIDE, NOISE_SIDE = 768, 256  # cells
WHOLE, LEAST_SIDE = 10.0, 96  # [km], cells
FIRST_COLUMN = 390  # of the relief: the middle of the Great Basin
ALBERS = "+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-117 +datum=NAD83 +units=m"
Raster = NDArray[np.float32]


class Inputs(NamedTuple):
    """Layers in memory, and a model fitted on some of their cells."""

    stack: Raster
    model: Any
    X: Raster
    y: NDArray[Any]


def coarse(side: int, low: int, high: int, noise: float) -> Raster:
    """Layers with structure every so many cells, and some noise."""
    rng = np.random.default_rng(0)
    layers = []
    for _ in range(LAYERS):
        step = int(2 ** rng.uniform(np.log2(low), np.log2(high)))
        field = zoom(rng.normal(size=(side // step + 4,) * 2), step, order=1)[:side, :side]
        layers.append(field + noise * rng.normal(size=field.shape))
    return np.stack(layers).astype("f4")


def white_noise() -> Raster:
    return np.random.default_rng(0).normal(size=(LAYERS, NOISE_SIDE, NOISE_SIDE)).astype("f4")


def relief(finer: int) -> Raster:
    """Relief of the Great Basin at 30 arc-seconds and what follows from it at several scales."""
    height = _height().astype(np.float64)
    layers = [height]
    for size in (3, 7, 15, 31, 61):
        smooth = uniform_filter(height, size)
        layers += [smooth, height - smooth, np.hypot(sobel(smooth, 0), sobel(smooth, 1))]
    layers += [gaussian_filter(height, size) for size in (4, 16, 64, 128)]
    stack = np.stack(layers[:LAYERS])
    if finer > 1:
        middle = slice((SIDE - SIDE // finer) // 2, (SIDE + SIDE // finer) // 2)
        stack = np.stack([zoom(each, finer, order=1) for each in stack[:, middle, middle]])
    return stack.astype("f4")


def _reference() -> Path:
    folder = os.environ.get("SITING_REFERENCE_DATA")
    if folder is None:
        raise FileNotFoundError("SITING_REFERENCE_DATA names no folder: no relief to measure on")
    return Path(folder)


def _relief() -> Any:
    """The part of the relief that is predicted, as xarray has it."""
    import xarray as xr

    with xr.open_dataset(_reference() / "geo" / "great_basin_relief_30s.nc") as data:
        whole = next(iter(data.data_vars.values()))
        return whole[-SIDE:, FIRST_COLUMN : FIRST_COLUMN + SIDE].load()


def _height() -> NDArray[Any]:
    return np.asarray(_relief())


def explored() -> tuple[Raster, NDArray[Any]]:
    """Layers at cells around known systems and at barren ones, and which of them they are."""
    import pandas as pd
    from pyproj import Transformer

    cells = pd.read_csv(_reference() / "geothermal" / "great_basin_cells.csv")
    shown, height = Transformer.from_crs(ALBERS, "EPSG:4326", always_xy=True), _relief()
    longitude, latitude = shown.transform(cells["x"].to_numpy(), cells["y"].to_numpy())
    row = np.round((latitude - float(height.lat[0])) * 120).astype(int)
    column = np.round((longitude - float(height.lon[0])) * 120).astype(int)
    inside = (row >= 0) & (row < SIDE) & (column >= 0) & (column < SIDE)
    rows = relief(1)[:, row[inside], column[inside]].T
    return np.ascontiguousarray(rows), cells["positive"].to_numpy()[inside].astype(int)


def drawn(stack: Raster) -> tuple[Raster, NDArray[Any]]:
    """Layers at cells drawn at random, with classes that depend on some of them and on chance."""
    rng = np.random.default_rng(1)
    rows = stack.reshape(LAYERS, -1).T[rng.integers(0, stack[0].size, SAMPLES)]
    scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    score = scaled[:, :5].sum(axis=1) + scaled[:, 5] * scaled[:, 6]
    return rows, (score + rng.normal(size=SAMPLES) > np.quantile(score, 0.8)).astype(int)


def prepare(resolution: str, make: Callable[[], Raster], model: Any, real: bool) -> Inputs:
    """The whole stack at 10 km and below, a corner of it for coarser ones, as tests ask for."""
    stack = make()
    rows, y = explored() if real else drawn(stack)
    share = min(1.0, WHOLE / float(resolution.split(maxsplit=1)[0]))
    side = max(LEAST_SIDE, round(stack.shape[1] * share))
    corner = np.ascontiguousarray(stack[:, :side, :side])
    return Inputs(corner, clone(model).fit(rows, y), rows, y)


def siting(inputs: Inputs) -> NDArray[Any]:
    """Trees read and the raster predicted, on as many threads as the others have."""
    return compiled(inputs.model).probability(1, inputs.stack, threads=2)


def scikit_learn(inputs: Inputs) -> NDArray[Any]:
    if hasattr(inputs.model, "n_jobs"):
        inputs.model.set_params(n_jobs=2)
    rows = inputs.stack.reshape(LAYERS, -1).T
    return np.asarray(inputs.model.predict_proba(rows)[:, 1].reshape(inputs.stack.shape[1:]))


def onnx(inputs: Inputs) -> NDArray[Any]:
    """Converted outside of siting's time: converting takes longer than predicting."""
    import onnxruntime
    from skl2onnx import to_onnx

    found = _CONVERTED.get(id(inputs.model))
    if found is None:
        options = {id(inputs.model): {"zipmap": False}}
        graph = to_onnx(inputs.model, inputs.stack[:, :1, 0].T, options=options)
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = 2
        found = onnxruntime.InferenceSession(graph.SerializeToString(), settings)
        _CONVERTED[id(inputs.model)] = found
    rows = np.ascontiguousarray(inputs.stack.reshape(LAYERS, -1).T)
    chances = found.run(None, {found.get_inputs()[0].name: rows})[1]
    return np.asarray(chances[:, 1].reshape(inputs.stack.shape[1:]))


_CONVERTED: dict[int, Any] = {}


def sklearn_raster(inputs: Inputs) -> NDArray[Any]:
    """Its wrapper fits its model itself: the same one, once."""
    from sklearn_raster import FeatureArrayEstimator

    wrapped = _CONVERTED.get(id(inputs.X))
    if wrapped is None:
        model = clone(inputs.model)
        if hasattr(model, "n_jobs"):
            model.set_params(n_jobs=1)
        wrapped = FeatureArrayEstimator(model).fit(inputs.X, inputs.y)
        _CONVERTED[id(inputs.X)] = wrapped
    return np.asarray(wrapped.predict_proba(inputs.stack)[1])


def dask_ml(inputs: Inputs) -> NDArray[Any]:
    import dask.array as da
    from dask_ml.wrappers import ParallelPostFit

    if hasattr(inputs.model, "n_jobs"):
        inputs.model.set_params(n_jobs=1)
    rows = da.from_array(inputs.stack.reshape(LAYERS, -1).T, chunks=(65_536, LAYERS))
    found = ParallelPostFit(inputs.model).predict_proba(rows)[:, 1]
    return np.asarray(found.compute(num_workers=2).reshape(inputs.stack.shape[1:]))


def agree(inputs: Inputs, results: Mapping[str, Any]) -> str:
    ours = results[OURS]
    rows = np.ascontiguousarray(inputs.stack[:, ::8].reshape(LAYERS, -1).T)
    with_one_thread = inputs.model
    if hasattr(inputs.model, "n_jobs"):  # threads of a forest add trees as they come
        with_one_thread = inputs.model.set_params(n_jobs=1)
    own = with_one_thread.predict_proba(rows)[:, 1]
    np.testing.assert_array_equal(ours[::8].ravel(), own)
    np.testing.assert_allclose(ours, results["scikit-learn"], rtol=0, atol=1e-12)
    said = ["the same bytes as scikit-learn on one thread, 1e-12 on two"]
    for name in results.keys() - {OURS, "scikit-learn"}:
        apart = float(np.mean(np.abs(results[name] - ours) > 1e-6))
        said.append(f"{name} {apart:.1%} of cells off by more than 1e-6")
    return "; ".join(said)


def cpu_rates(inputs: Inputs, contenders: Mapping[str, Any], rounds: int = 3) -> dict[str, float]:
    """Cells for each second of all processors, by turns [s-1]."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            began = time.process_time()
            run(inputs)
            seconds[name].append(time.process_time() - began)
    return {name: inputs.stack[0].size / float(np.median(t)) for name, t in seconds.items()}


def _case(name: str, make: Callable[[], Raster], model: Any, real: bool, **peers: Any) -> Case:
    def what(inputs: Inputs) -> str:
        trees = TREES if hasattr(inputs.model, "n_estimators") else STAGES
        return f"{trees} trees, {LAYERS} layers of {inputs.stack[0].size:,} cells, {name}"

    contenders = {OURS: siting, "scikit-learn": scikit_learn, **peers}
    return Case(what, partial(prepare, make=make, model=model, real=real), contenders, agree)


def _forest() -> Any:
    return RandomForestClassifier(TREES, min_samples_leaf=5, random_state=0, n_jobs=1)


F1 = _case(
    "structure every 8 to 128 cells with noise",
    partial(coarse, SIDE, 8, 128, 0.02), _forest(), False, onnxruntime=onnx,
    **{"dask-ml": dask_ml, "sklearn-raster": sklearn_raster},
)  # fmt: skip
F8 = _case(
    "structure every 64 to 1,024 cells", partial(coarse, SIDE, 64, 1024, 0.0), _forest(), False,
    onnxruntime=onnx,
)  # fmt: skip
NOISE = _case("white noise", white_noise, _forest(), False, onnxruntime=onnx)
BOOSTING = _case(
    "structure every 8 to 128 cells with noise, histogram boosting",
    partial(coarse, SIDE, 8, 128, 0.02),
    HistGradientBoostingClassifier(max_iter=STAGES, early_stopping=False, random_state=0),
    False,
)
RELIEF = _case(
    "relief of the Great Basin", partial(relief, 1), _forest(), True, onnxruntime=onnx,
    **{"dask-ml": dask_ml, "sklearn-raster": sklearn_raster},
)  # fmt: skip
RELIEF_FINER = _case(
    "relief of the Great Basin, refined threefold", partial(relief, 3), _forest(), True
)
