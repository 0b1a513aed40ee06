"""Models in memory that answer many callers: loaded once, checked, batched, swapped without losing a request. Knows
nothing of HTTP; used on one asyncio event loop."""
