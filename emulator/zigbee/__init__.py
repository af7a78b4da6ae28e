"""Zigbee PRO: NWK, APS and ZDO, their security, and a stack of them for each role."""
