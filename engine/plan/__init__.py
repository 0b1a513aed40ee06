"""What would run: values and their origin, data, steps, device, disk, time, and what to mind.

Touches no device and imports no library of a task. `outline` holds the types, `making` puts a plan
together, `cautions` are the warnings as pure functions, `earlier` knows how fast earlier runs were,
`text` writes a plan for people.
"""

from engine.plan.making import plan
from engine.plan.outline import DataPlan, DevicePlan, DiskPlan, Plan, TimePlan, Value
from engine.plan.text import lines

__all__ = ["DataPlan", "DevicePlan", "DiskPlan", "Plan", "TimePlan", "Value", "lines", "plan"]
