"""What a stage function takes and gives, read from its signature; the decorators that mark one.

A marked function can be called from a pipeline file and from Python alike. Either way its layers
come in the units that its signature names, its numbers are checked against the signature's limits,
and what it returns carries the unit, kind and marks that follow from its inputs.

- :mod:`siting.signature.hints`: the parts of an annotation.
- :mod:`siting.signature.spec`: what is known of a marked function without calling it.
- :mod:`siting.signature.arguments`: arguments checked and converted.
- :mod:`siting.signature.marks`: what follows a value through the DAG.
- :mod:`siting.signature.decorators`: the decorators.
"""

from siting.signature.decorators import (
    economics,
    exclusion,
    folds,
    layer,
    scorer,
    simulation,
    stage,
)
from siting.signature.hints import Leaf, leaf, leaves
from siting.signature.marks import Marks, combine_marks
from siting.signature.spec import Argument, Output, Spec, spec_of

__all__ = [
    "Argument",
    "Leaf",
    "Marks",
    "Output",
    "Spec",
    "combine_marks",
    "economics",
    "exclusion",
    "folds",
    "layer",
    "leaf",
    "leaves",
    "scorer",
    "simulation",
    "spec_of",
    "stage",
]
