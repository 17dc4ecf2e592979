"""Running networks: the one module that knows ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from schemas.errors import EngineError
from worker.threads import threads

Floats = NDArray[np.float32]


class Network:
    """A network of one input and one output, loaded from an ONNX file.

    Raises:
        EngineError: where the file can't be loaded.
    """

    def __init__(self, model: Path, most: int = 0) -> None:
        """``most`` threads for one run; 0: as many as this process may use."""
        try:
            self._session = onnxruntime.InferenceSession(
                str(model), sess_options=_options(most), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime raises bare RuntimeErrors of many kinds
            raise EngineError(f"the model {model.name} can't be loaded: {error}") from error
        self._input = self._session.get_inputs()[0].name

    def run(self, batch: Floats) -> Floats:
        """The network's answer to ``batch``."""
        answer: Floats = self._session.run(None, {self._input: batch})[0]
        return answer

    def said(self, key: str) -> str:
        """What the file says of itself under ``key``; empty where it says nothing."""
        return str(self._session.get_modelmeta().custom_metadata_map.get(key, ""))


def _options(most: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = most or threads()
    options.inter_op_num_threads = 1
    # Crops come in many widths: an arena would keep one block for each of them.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
