"""Codes of the second factor (TOTP, RFC 6238: six digits, 30 seconds) and the seeds they come from. Pure.

A seed is kept sealed: whoever reads the database alone cannot make codes. The seal names the member of staff, so that a
seed cannot be moved to another row.
"""

import hmac
import os
from datetime import datetime

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rms.errors import Unavailable

STEP_SECONDS = 30
_NONCE = 12  # bytes


def new_seed() -> str:
    """160 random bits, as authenticator apps take them."""
    return pyotp.random_base32()


def sealed(seed: str, *, key: bytes, staff_id: int) -> bytes:
    """The seed as it is kept."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, seed.encode(), _whose(staff_id))


def opened(kept: bytes, *, key: bytes, staff_id: int) -> str:
    """The seed again. Raises Unavailable when the key is another one than it was sealed with, or the row another."""
    try:
        return AESGCM(key).decrypt(kept[:_NONCE], kept[_NONCE:], _whose(staff_id)).decode()
    except InvalidTag as error:
        raise Unavailable(
            "The secret key of this installation is not the one second factors were kept with."
        ) from error


def step_of(code: str, *, seed: str, now: datetime) -> int | None:
    """The step a code belongs to: the present one, the one before or the next, because clocks differ; else None."""
    here = int(now.timestamp()) // STEP_SECONDS
    maker = pyotp.TOTP(seed)
    digits = "".join(code.split())
    matching = [step for step in (here - 1, here, here + 1) if _equal(maker.generate_otp(step), digits)]
    return matching[-1] if matching else None


def address_for_app(seed: str, *, name: str, issuer: str) -> str:
    """What the square code says: the `otpauth:` address an authenticator app understands."""
    return pyotp.TOTP(seed).provisioning_uri(name=name, issuer_name=issuer)


def square_code(text: str) -> str:
    """A QR code as the address of an image that holds it (`data:`): the page asks nobody for it, us included."""
    address: str = segno.make(text, error="m").svg_data_uri(scale=5, border=4, light="#fff")
    return address


def _whose(staff_id: int) -> bytes:
    return f"staff {staff_id}".encode()


def _equal(right: str, given: str) -> bool:
    return hmac.compare_digest(right.encode(), given.encode())
