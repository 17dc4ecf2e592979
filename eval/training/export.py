"""The trained network as an ONNX file: batch norms folded in, weights in half precision.

The graph is written node by node, so that nothing of the training library is left in it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from eval.training.network import Along, FigureNetwork
from worker.figure_reader import CLASSES

Floats = NDArray[np.float32]

_OPSET = 17


class _Graph:
    """Nodes and weights as they are written, and the name of the last value."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.last = "ink"

    def weight(self, values: Floats) -> str:
        """A weight kept in half precision and widened when the model is loaded."""
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values.astype(np.float16), name))
        self.nodes.append(helper.make_node("Cast", [name], [name + "f"], to=TensorProto.FLOAT))
        return name + "f"

    def add(self, kind: str, *more: str, **how: object) -> str:
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, [self.last, *more], [name], **how))
        self.last = name
        return name

    def conv(self, conv: nn.Conv2d, norm: nn.BatchNorm2d | None) -> None:
        kernel, bias = _folded(conv, norm)
        pads = [*conv.padding, *conv.padding]
        self.add(
            "Conv", self.weight(kernel), self.weight(bias), strides=list(conv.stride), pads=pads
        )


def _folded(conv: nn.Conv2d, norm: nn.BatchNorm2d | None) -> tuple[Floats, Floats]:
    kernel = conv.weight.detach().numpy()
    bias = conv.bias.detach().numpy() if conv.bias is not None else np.zeros(len(kernel))
    if norm is None:
        return kernel, bias.astype(np.float32)
    scale = (norm.weight / (norm.running_var + norm.eps).sqrt()).detach().numpy()
    shift = norm.bias.detach().numpy() - norm.running_mean.numpy() * scale
    return kernel * scale[:, None, None, None], (bias * scale + shift).astype(np.float32)


def exported(network: FigureNetwork, path: Path) -> None:
    """Writes the network to ``path``: input ``ink``, output ``logs``, metadata ``classes``."""
    graph = _Graph()
    for conv, norm, _ in network.eyes:
        graph.conv(conv, norm)
        graph.add("Relu")
    for along in network.along:
        _along(graph, along)
    graph.conv(network.head, None)
    graph.nodes.append(helper.make_node("Constant", [], ["two"], value_ints=[2]))
    graph.add("Squeeze", "two")
    graph.add("Transpose", perm=[0, 2, 1])
    graph.nodes.append(helper.make_node("LogSoftmax", [graph.last], ["logs"], axis=2))
    ink = helper.make_tensor_value_info("ink", TensorProto.FLOAT, ["batch", 1, 32, "width"])
    logs = helper.make_tensor_value_info(
        "logs", TensorProto.FLOAT, ["batch", "steps", len(CLASSES)]
    )
    whole = helper.make_graph(graph.nodes, "figures", [ink], [logs], graph.weights)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = 9
    helper.set_model_props(model, {"classes": "".join(CLASSES)})
    onnx.checker.check_model(model)
    onnx.save(model, path)


def _along(graph: _Graph, along: Along) -> None:
    before = graph.last
    graph.conv(along.conv, along.norm)
    graph.add("Relu")
    graph.add("Add", before)
