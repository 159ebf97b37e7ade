"""Browser features that none of our pages use, disabled against injected code."""

from collections.abc import Collection

UNUSED = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "screen-wake-lock",
    "serial",
    "usb",
)


def permissions_policy(used: Collection[str] = ()) -> str:
    """Return the Permissions-Policy header that disables all features except those `used`, such as passkeys."""
    return ", ".join(f"{feature}=({'self' if feature in used else ''})" for feature in UNUSED)
