"""Sixty-four cells at once: what numba's own LLVM makes AVX-512, AVX2, SSE or NEON of.

Each function takes a flat array, or a pointer, and the index of the first of 64 values in it.
Nothing is checked.
"""

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]  # llvmlite has no hints
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic


def instruction(function: Any) -> Any:
    """A function that numba replaces by the code which it makes."""
    return intrinsic(function)


def piece(function: Any) -> Any:
    """A function compiled as a part of others: it has no entry from Python, and no cache."""
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return njit(nogil=True, error_model="numpy", **options)(function)


_INT, _LONG, _DOUBLE = ir.IntType(32), ir.IntType(64), ir.DoubleType()
_BITS = ir.VectorType(ir.IntType(1), 64)
_MAGNITUDE, _INFINITY, _LOWEST = 0x7FFFFFFF, 0x7F800000, -(2**31)


def _at(context: Any, builder: Any, kind: Any, array: Any, index: Any, vector: Any) -> Any:
    """Address of a vector of values of an array, or of what a pointer leads to."""
    is_array = isinstance(kind, types.Array)
    data = context.make_array(kind)(context, builder, array).data if is_array else array
    return builder.bitcast(builder.gep(data, [index]), vector.as_pointer())


def _load(builder: Any, address: Any, align: int) -> Any:
    value = builder.load(address)
    value.align = align
    return value


def _store(builder: Any, value: Any, address: Any, align: int) -> None:
    builder.store(value, address).align = align


def _all(builder: Any, vector: Any, value: Any) -> Any:
    """A vector with one value in all lanes."""
    nothing = ir.Constant(vector, ir.Undefined)
    one = builder.insert_element(nothing, value, ir.Constant(_INT, 0))
    lanes = ir.Constant(ir.VectorType(_INT, vector.count), [0] * vector.count)
    return builder.shuffle_vector(one, nothing, lanes)


@instruction
def pointer(_typing, array):  # type: ignore[no-untyped-def]
    """Where the values of an array begin: nothing keeps the array, and nothing is checked."""

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return context.make_array(array)(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), code  # type: ignore[no-untyped-call]


@instruction
def greater(_typing, array, index, threshold):  # type: ignore[no-untyped-def]
    """Word whose bit i tells array[index + i] > threshold, of int32."""

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        vector = ir.VectorType(_INT, 64)
        address = _at(context, builder, array, arguments[0], arguments[1], vector)
        limit = _all(builder, vector, arguments[2])
        return builder.bitcast(builder.icmp_signed(">", _load(builder, address, 4), limit), _LONG)

    return types.uint64(array, types.intp, types.int32), code


@instruction
def add(_typing, array, index, mask, value):  # type: ignore[no-untyped-def]
    """Add a value to array[index + i] where bit i of the mask is set, of float64."""

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        vector = ir.VectorType(_DOUBLE, 64)
        address = _at(context, builder, array, arguments[0], arguments[1], vector)
        before = _load(builder, address, 8)
        after = builder.fadd(before, _all(builder, vector, arguments[3]))
        chosen = builder.select(builder.bitcast(arguments[2], _BITS), after, before)
        _store(builder, chosen, address, 8)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.uint64, types.float64), code


@instruction
def add_difference(_typing, array, index, mask, value, origin, stride):  # type: ignore[no-untyped-def]
    """Add value - array[origin + i], and its square ``stride`` on, where the mask is set."""

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        data, index, mask, value, origin, stride = arguments
        vector = ir.VectorType(_DOUBLE, 64)
        first = _load(builder, _at(context, builder, array, data, origin, vector), 8)
        chosen = builder.bitcast(mask, _BITS)
        term = builder.fsub(_all(builder, vector, value), first)
        for place, each in (
            (index, term),
            (builder.add(index, stride), builder.fmul(term, term)),
        ):
            address = _at(context, builder, array, data, place, vector)
            before = _load(builder, address, 8)
            after = builder.select(chosen, builder.fadd(before, each), before)
            _store(builder, after, address, 8)
        return context.get_dummy_value()

    whole = types.intp
    return types.void(array, whole, types.uint64, types.float64, whole, whole), code


@instruction
def copy_eight(_typing, target, index, source, start):  # type: ignore[no-untyped-def]
    """Copy eight values of int32."""

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        vector = ir.VectorType(_INT, 8)
        into = _at(context, builder, target, arguments[0], arguments[1], vector)
        out_of = _at(context, builder, source, arguments[2], arguments[3], vector)
        _store(builder, _load(builder, out_of, 4), into, 4)
        return context.get_dummy_value()

    return types.void(target, types.intp, source, types.intp), code


@instruction
def to_keys(_typing, array, index):  # type: ignore[no-untyped-def]
    """Turn bits of float32 into whole numbers of the same order, in place; NaN into the lowest."""

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        vector = ir.VectorType(_INT, 64)
        address = _at(context, builder, array, arguments[0], arguments[1], vector)
        bits = _load(builder, address, 4)
        magnitude = ir.Constant(vector, [_MAGNITUDE] * 64)
        sign = builder.ashr(bits, ir.Constant(vector, [31] * 64))
        key = builder.xor(bits, builder.and_(sign, magnitude))
        infinity = ir.Constant(vector, [_INFINITY] * 64)
        missing = builder.icmp_signed(">", builder.and_(bits, magnitude), infinity)
        lowest = ir.Constant(vector, [_LOWEST] * 64)
        _store(builder, builder.select(missing, lowest, key), address, 4)
        return context.get_dummy_value()

    return types.void(array, types.intp), code


@instruction
def level(_typing, array, index, mask, value):  # type: ignore[no-untyped-def]
    """Put a value to array[index + i] where bit i of the mask is not set, of int32."""

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        vector = ir.VectorType(_INT, 64)
        address = _at(context, builder, array, arguments[0], arguments[1], vector)
        kept = builder.bitcast(arguments[2], _BITS)
        other = _all(builder, vector, arguments[3])
        _store(builder, builder.select(kept, _load(builder, address, 4), other), address, 4)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.uint64, types.int32), code


@instruction
def raise_lowest(_typing, array, index, origin):  # type: ignore[no-untyped-def]
    """Copy array[origin + i] to array[index + i], the lowest number of all as the highest."""

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        vector = ir.VectorType(_INT, 64)
        source = _at(context, builder, array, arguments[0], arguments[2], vector)
        keys = _load(builder, source, 4)
        missing = builder.icmp_signed("==", keys, ir.Constant(vector, [_LOWEST] * 64))
        highest = ir.Constant(vector, [_MAGNITUDE] * 64)
        target = _at(context, builder, array, arguments[0], arguments[1], vector)
        _store(builder, builder.select(missing, highest, keys), target, 4)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp), code


def _reduction(name: str) -> Any:
    def typed(_typing, array, index):  # type: ignore[no-untyped-def]
        def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            vector = ir.VectorType(_INT, 64)
            address = _at(context, builder, array, arguments[0], arguments[1], vector)
            function = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
                builder.module,
                ir.FunctionType(_INT, [vector]),
                f"llvm.vector.reduce.{name}.v64i32",
            )
            return builder.call(function, [_load(builder, address, 4)])

        return types.int32(array, types.intp), code

    return instruction(typed)


least = _reduction("smin")  # the least of 64 values of int32
most = _reduction("smax")  # the greatest


@instruction
def count(_typing, word):  # type: ignore[no-untyped-def]
    """How many bits of a word are set."""

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.ctpop(arguments[0])

    return types.intp(types.uint64), code


@instruction
def lowest(_typing, word):  # type: ignore[no-untyped-def]
    """Number of the lowest bit that is set."""

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.intp(types.uint64), code
