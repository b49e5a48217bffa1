# SPDX-License-Identifier: Apache-2.0
"""Feature matrices as numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from proffer.common.v1.degraded_pb2 import Degraded
from proffer.featurestore.v1.feature_store_service_pb2 import FeatureBlock, GetFeatureMatrixResponse
from proffer.featurestore.v1.value_pb2 import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Block:
    """What one feature view fills of a matrix: a row for each entity, a column for each numeric feature."""

    message: FeatureBlock

    @cached_property
    def _values(self) -> bytes:
        # protobuf makes new bytes of the field each time it is asked.
        return self.message.values_f32_le

    @property
    def feature_view(self) -> str:
        return self.message.feature_view

    @property
    def features(self) -> list[str]:
        """The names of the columns of `array`."""
        return list(self.message.features)

    @property
    def shape(self) -> tuple[int, int]:
        return self.message.rows, len(self.message.features)

    def array(self) -> NDArray[np.float32]:
        """The numbers, rows by features; NaN stands for a missing value without default.

        It is a read-only view of the bytes of the message, the same ones each time. Needs numpy.
        """
        import numpy as np

        return np.frombuffer(self._values, dtype="<f4").reshape(self.shape)

    def values(self) -> memoryview[float]:
        """The numbers as one flat view of float32, row by row, without numpy.

        Nothing is copied, unless the machine is big-endian.
        """
        from sys import byteorder

        view = memoryview(self._values)
        if byteorder == "big":
            from array import array

            swapped = array("f", view)
            swapped.byteswap()
            return memoryview(swapped)
        return view.cast("f")

    def statuses(self) -> bytes:
        """A `RowStatus` for each row."""
        return self.message.row_statuses

    def nulls(self) -> NDArray[np.bool_]:
        """Which cells are null or missing, rows by features. Needs numpy."""
        import numpy as np

        rows, columns = self.shape
        if not self.message.null_bitmap:
            return np.zeros((rows, columns), dtype=np.bool_)
        bits = np.unpackbits(
            np.frombuffer(self.message.null_bitmap, dtype=np.uint8), count=rows * columns, bitorder="little"
        )
        return bits.view(np.bool_).reshape(rows, columns)

    def column(self, feature: str) -> list[Value]:
        """The values of a feature that is not a single number: a text, a list or a vector."""
        for column in self.message.columns:
            if column.feature == feature:
                return list(column.values)
        raise KeyError(feature)


@dataclass(frozen=True)
class FeatureMatrix:
    """The features of one context and many candidates.

    Attributes:
        context: blocks of one row each, the same for all candidates.
        candidates: blocks of one row for each candidate, in the order of the request.
        feature_set_hash: identifies names, types and defaults of the columns; pin it to be refused when they change.
        degraded: what was missing, or None.
    """

    context: list[Block]
    candidates: list[Block]
    feature_set_hash: str
    degraded: Degraded | None

    @staticmethod
    def of(message: GetFeatureMatrixResponse) -> FeatureMatrix:
        return FeatureMatrix(
            [Block(block) for block in message.context],
            [Block(block) for block in message.candidates],
            message.feature_set_hash,
            message.degraded if message.HasField("degraded") else None,
        )

    @property
    def features(self) -> list[str]:
        """The names of the columns of `array`, as "view:feature"."""
        return [f"{block.feature_view}:{name}" for block in self.context + self.candidates for name in block.features]

    def array(self) -> NDArray[np.float32]:
        """All numbers, a row for each candidate, the columns of the context first.

        Copies block by block. Needs numpy.
        """
        import numpy as np

        rows = max((block.shape[0] for block in self.candidates), default=1)
        parts = [np.broadcast_to(block.array(), (rows, block.shape[1])) for block in self.context]
        parts += [block.array() for block in self.candidates]
        return np.concatenate(parts, axis=1) if parts else np.empty((rows, 0), dtype=np.float32)
