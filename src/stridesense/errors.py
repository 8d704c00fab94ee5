"""What can go wrong, named by whose fault it is.

StrideSenseError
 +-- UsageError      the person's: an option, a setting or a scenario key that is not valid
 +-- InputError      the file's: missing, unreadable, not what it claims to be
 +-- DeviceError     the pod's: a description or a dialogue that cannot be followed
 +-- LinkError       the link's: a radio or a broker that refuses or cannot be reached
      +-- RefusedError    it answers, and says no

Damage inside a stream (lost packets, malformed bytes) is data, not an error: see `model.packet`.
Each message is one sentence for the person at the keyboard: what is wrong, where, and what to do.
"""


class StrideSenseError(Exception):
    """Any fault that is said in one sentence; everything else is a bug of ours."""


class UsageError(StrideSenseError):
    """The person asked for something that is not valid."""


class InputError(StrideSenseError):
    """A file is missing, unreadable or not what it claims to be."""


class DeviceError(StrideSenseError):
    """A pod or its description cannot be followed."""


class LinkError(StrideSenseError):
    """A radio or a broker refuses or cannot be reached."""


class RefusedError(LinkError):
    """The other side says no, to a certificate or a password: trying again at once is of no use."""
