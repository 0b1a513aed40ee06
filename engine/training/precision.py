"""The arithmetic of forward and backward."""

from __future__ import annotations

import torch


def autocast_dtype(precision: str, device: torch.device) -> torch.dtype | None:
    """The type that autocast computes in; None means plain fp32. `auto` takes bf16 where the device has it."""
    if precision == "fp32":
        return None
    if precision == "bf16":
        return torch.bfloat16
    return torch.bfloat16 if has_bf16(device) else None


def has_bf16(device: torch.device) -> bool:
    """Whether the device multiplies bf16 itself: emulated, as on a CPU without AVX512_BF16 or AMX, it is slower
    than fp32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu":
        return False
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, check, lambda: False)()) for check in checks)
