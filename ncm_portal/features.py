"""Browser features that no page of ours uses, and that nothing smuggled into one shall use either."""

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
    """The header that turns them all off, but for those that a page says it has `used`. Passkeys need theirs."""
    return ", ".join(f"{feature}=({'self' if feature in used else ''})" for feature in UNUSED)
