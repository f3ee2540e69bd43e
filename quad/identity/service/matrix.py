"""The matrix of roles and permissions, from the registry that grants them."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.policy import REGISTRY, reach
from quad.identity.models.accounts import Role


@dataclass(frozen=True)
class MatrixRow:
    """One permission: its words and how far it reaches (`all`, `some`, `none`) for each role."""

    name: str
    label: str
    reach: dict[str, str]


def permission_matrix() -> list[tuple[str, list[MatrixRow]]]:
    """Return the rows of every permission, grouped by the domain in their names."""
    groups: dict[str, list[MatrixRow]] = {}
    for name, item in sorted(REGISTRY.items()):
        row = MatrixRow(
            name, str(item.label), {role.value: reach(item, role.value) for role in Role}
        )
        groups.setdefault(name.partition(".")[0], []).append(row)
    return list(groups.items())
