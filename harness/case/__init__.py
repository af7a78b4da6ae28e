"""One case: an installation, what happens to it, what its controller is told and asks for, and the record of it all."""
