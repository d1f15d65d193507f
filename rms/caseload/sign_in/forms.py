"""What is typed to sign in. Nothing here says whether it is right."""

import msgspec

from rms.people.sign_in.passwords import LONGEST
from rms.web.fields import a_text
from rms.web.forms import Form


class NameAndPassword(msgspec.Struct, frozen=True, kw_only=True):
    """The first factor."""

    name: str
    password: str


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """The second factor."""

    code: str


class SetUp(msgspec.Struct, frozen=True, kw_only=True):
    """The one-time code of a new account and the password its owner chooses."""

    name: str
    set_up_code: str
    password: str


SIGN_IN = Form(
    NameAndPassword,
    name=a_text(missing="Enter your sign-in name", label="Sign-in name", longest=100),
    password=a_text(missing="Enter your password", label="Password", longest=LONGEST),
)
CODE = Form(Code, code=a_text(missing="Enter the 6-digit code", label="Code", longest=20))
SET_UP = Form(
    SetUp,
    name=a_text(missing="Enter your sign-in name", label="Sign-in name", longest=100),
    set_up_code=a_text(missing="Enter your set-up code", label="Set-up code", longest=60),
    password=a_text(missing="Choose a password", label="Password", longest=LONGEST),
)
