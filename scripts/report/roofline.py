"""How near warm inference comes to what the machine's arithmetic allows."""

from typing import Any

from scripts.report import wording
from scripts.report.inputs import Data


def roofline(data: Data) -> dict[str, Any] | None:
    """Return the kernels' rates and the contenders' shares of them; none without both."""
    table = data.rows_of_jobs("inference", "p50")
    if table.empty or not data.peak["kernels"]:
        return None
    table = table.sort_values(["median", "contender"], kind="stable")
    return {
        "millions": wording.significant(data.multiply_adds / 1e6),
        "clock": wording.significant(data.peak["cycles_per_second"] / 1e9),
        "kernels": [kernel(data, row) for row in data.peak["kernels"]],
        "rows": [contender(data, row) for _, row in table.iterrows()],
    }


def kernel(data: Data, row: dict[str, Any]) -> dict[str, str]:
    """Return a kind of vectors, its multiply-adds a cycle and a second, in thousand millions."""
    return {"name": f"{row['bits']} bits, {row['name']}"} | rates(
        data, row["multiply_adds_per_second"]
    )


def contender(data: Data, row: Any) -> dict[str, Any]:
    """Return what a contender reaches by its median, and its share of each kernel's rate."""
    rate = wording.SECOND_TO_MS * data.multiply_adds / row["median"]  # from milliseconds
    peaks = [each["multiply_adds_per_second"] for each in data.peak["kernels"]]
    shares = [f"{wording.significant(100 * rate / peak, 2)} %" for peak in peaks]
    return {"contender": row.contender, "job": row.job.upper(), "shares": shares} | rates(
        data, rate
    )


def rates(data: Data, per_second: float) -> dict[str, str]:
    """Return multiply-adds a cycle and a second, in thousand millions."""
    return {
        "per_cycle": wording.significant(per_second / data.peak["cycles_per_second"]),
        "per_second": wording.significant(per_second / 1e9),
    }
