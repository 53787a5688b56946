"""Limits that nothing meets on a machine however busy: for tests of anything but time."""

from shared.http.client import Limits

PATIENT = Limits(connect_s=60, read_s=60, total_s=120)
