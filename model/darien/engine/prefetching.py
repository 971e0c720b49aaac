"""Ask the memory for a record before it is needed.

Who wakes on a day lies all over the records. To wait for each of them in turn takes longer than to
settle it once there are more records than the processor's caches hold; asked for a dozen migrants
ahead, they are there in time. It changes no result.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

AHEAD = 16  # migrants, between asking and using: some hundred nanoseconds


@intrinsic
def prefetch(typing_context: Any, records: Any, i: Any) -> Any:
    """Ask for the record at position i, to be written to; i must lie inside the array."""
    signature = types.void(records, i)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind, position = signature.args
        array = context.make_array(kind)(context, builder, arguments[0])
        row = context.cast(builder, arguments[1], position, types.uint64)
        size = ir.Constant(ir.IntType(64), kind.dtype.size)
        data = builder.bitcast(array.data, ir.IntType(8).as_pointer())
        address = builder.gep(data, [builder.mul(row, size)])
        flag = ir.IntType(32)
        form = ir.FunctionType(ir.VoidType(), [address.type, flag, flag, flag])
        call = builder.module.declare_intrinsic("llvm.prefetch", [address.type], form)
        builder.call(call, [address, flag(1), flag(3), flag(1)])  # to write, into all caches, data
        return context.get_dummy_value()

    return signature, codegen
