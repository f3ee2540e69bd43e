"""Kinds of pay: salaries in words, and what they come to in a year."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency

from quad.careers.models.jobs import PayPeriod
from quad.core.i18n import current_reader
from quad.core.i18n import gettext as _

TELL = "careers.tell"

# How often a year is paid for. An hour's pay counts 40 hours in 52 weeks.
A_YEAR: dict[PayPeriod, int] = {
    PayPeriod.YEAR: 1,
    PayPeriod.MONTH: 12,
    PayPeriod.WEEK: 52,
    PayPeriod.HOUR: 52 * 40,
}
PLAIN = "¤#,##0.##"


def money(amount: Decimal, currency: str) -> str:
    """Write an amount in the reader's way, without decimals where there are none."""
    return format_currency(
        amount, currency or "XXX", PLAIN, locale=current_reader().language, currency_digits=False
    )


def yearly(amount: Decimal, period: PayPeriod) -> Decimal:
    """Return what an amount comes to in a year, exactly."""
    return amount * A_YEAR[period]


def per(period: PayPeriod, amount: str) -> str:
    """Say what an amount is paid for."""
    match period:
        case PayPeriod.YEAR:
            return _("%(amount)s a year", amount=amount)
        case PayPeriod.MONTH:
            return _("%(amount)s a month", amount=amount)
        case PayPeriod.WEEK:
            return _("%(amount)s a week", amount=amount)
        case PayPeriod.HOUR:
            return _("%(amount)s an hour", amount=amount)


def salary_words(
    low: Decimal | None, high: Decimal | None, currency: str, period: PayPeriod
) -> str:
    """Return a range of pay in words; empty where nothing is said."""
    if low is None and high is None:
        return ""
    if low is None and high is not None:
        return per(period, _("up to %(most)s", most=money(high, currency)))
    assert low is not None
    if high is None:
        return per(period, _("from %(least)s", least=money(low, currency)))
    if low == high:
        return per(period, money(low, currency))
    return per(period, f"{money(low, currency)}–{money(high, currency)}")
