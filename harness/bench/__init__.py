"""Benches: the files that describe them, captures of what is on their air, and a face without asyncio."""
