"""OpenVINO without its telemetry, which would tell a server of its vendor's of every start and keep files in the user's
home. Where its module cannot be imported, OpenVINO and NNCF do without.
"""

import sys

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment] # the documented way to have an import fail

import openvino  # noqa: E402

__all__ = ["openvino"]
