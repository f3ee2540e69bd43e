"""Audiences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from quad.core.db.types import Fixed, Utc

revision = "20261121_audience"
down_revision = "20261121_references"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audience",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("kinds", sa.Integer(), nullable=False),
        sa.Column("min_cgpa", Fixed(2), nullable=True),
        sa.Column("max_backlogs", sa.Integer(), nullable=True),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column(
            "updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint("kinds >= 0", name=op.f("ck_audience_kinds_not_negative")),
        sa.CheckConstraint("max_backlogs >= 0", name=op.f("ck_audience_backlogs_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_audience_fingerprint")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("audience", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audience_kinds"), ["kinds"], unique=False)

    op.create_table(
        "audience_term",
        sa.Column(
            "audience_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "role",
                "department",
                "programme",
                "semester",
                "batch",
                "graduation_year",
                "skill",
                name="trait",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("word", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(
            ["audience_id"],
            ["audience.id"],
            name=op.f("fk_audience_term_audience_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "audience_id", "kind", "value", "word", name=op.f("pk_audience_term")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("audience_term", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audience_term_kind_value_word_audience_id"),
            ["kind", "value", "word", "audience_id"],
            unique=False,
        )
    op.create_index(
        "ix_academics_student_graduation_year_id", "academics_student", ["graduation_year", "id"]
    )


def downgrade() -> None:
    op.drop_index("ix_academics_student_graduation_year_id", "academics_student")
    op.drop_table("audience_term")
    op.drop_table("audience")
