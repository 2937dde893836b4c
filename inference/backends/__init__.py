"""Engines that run the network: OpenVINO (default), ONNX Runtime (portable), torch (reference)."""
