"""Zigbee PRO: network, application support and device objects, their security, and the stack made of them."""
