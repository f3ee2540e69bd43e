"""What linking means for reading platforms. Rows only, in the same transaction."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.coding.facts import AccountLinked, AccountUnlinked
from quad.coding.service.syncing import planning
from quad.core.facts import on


@on(AccountLinked)
def plan_reading(db: Session, fact: AccountLinked) -> None:
    planning.begin(db, fact.coding_account_id)


@on(AccountUnlinked)
def stop_reading(db: Session, fact: AccountUnlinked) -> None:
    planning.forget(db, fact.coding_account_id)
