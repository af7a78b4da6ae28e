"""Vendor firmware as device under test: cases over real frames, what applies to a device, and the test of the cases.

A case looks at octets on the air and at nothing else of the device. `case` is the model, `tester` what a case may do,
`cases` has an area a file, `dut` reaches a device at arm's length, `firmwares` are wrong ones that the cases must find.
hanbench certifies nothing.
"""
