"""Departments and skills that people follow; the skills a post is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from quad.core.db.types import Utc

revision = "20261122_follows"
down_revision = "20261122_mentors_and_presence"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "community_department_follow",
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("department_id", BIG, nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column("updated_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_community_department_follow_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["institution_department.id"],
            name=op.f("fk_community_department_follow_department_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_department_follow")),
        sa.UniqueConstraint(
            "user_id",
            "department_id",
            name=op.f("uq_community_department_follow_user_id_department_id"),
        ),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
    with op.batch_alter_table("community_department_follow", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_community_department_follow_department_id"),
            ["department_id"],
            unique=False,
        )
    op.create_table(
        "community_skill_follow",
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("skill_id", BIG, nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column("updated_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_community_skill_follow_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"],
            ["skills_skill.id"],
            name=op.f("fk_community_skill_follow_skill_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_skill_follow")),
        sa.UniqueConstraint(
            "user_id",
            "skill_id",
            name=op.f("uq_community_skill_follow_user_id_skill_id"),
        ),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
    with op.batch_alter_table("community_skill_follow", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_community_skill_follow_skill_id"),
            ["skill_id"],
            unique=False,
        )
    op.create_table(
        "community_post_skill",
        sa.Column("post_id", BIG, nullable=False),
        sa.Column("skill_id", BIG, nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column("updated_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["community_post.id"],
            name=op.f("fk_community_post_skill_post_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"],
            ["skills_skill.id"],
            name=op.f("fk_community_post_skill_skill_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_post_skill")),
        sa.UniqueConstraint(
            "post_id",
            "skill_id",
            name=op.f("uq_community_post_skill_post_id_skill_id"),
        ),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
    with op.batch_alter_table("community_post_skill", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_community_post_skill_skill_id_post_id"),
            ["skill_id", "post_id"],
            unique=False,
        )


def downgrade() -> None:
    # Indexes go with their tables: MariaDB drops none that a foreign key needs.
    op.drop_table("community_post_skill")
    op.drop_table("community_skill_follow")
    op.drop_table("community_department_follow")
