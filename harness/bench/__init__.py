"""Benches: their files, captures of their frames, and an interface without asyncio."""
