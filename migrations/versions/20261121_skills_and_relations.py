"""Skills and relations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from quad.core.db.types import NormalisedKey, Utc

revision = "20261121_skills_and_relations"
down_revision = "20261121_mentor_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "skills_category",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", NormalisedKey(360), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skills_category")),
        sa.UniqueConstraint("name_key", name=op.f("uq_skills_category_name_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "relations_block",
        sa.Column(
            "blocker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "blocked_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
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
        sa.CheckConstraint("blocker_id <> blocked_id", name=op.f("ck_relations_block_not_oneself")),
        sa.ForeignKeyConstraint(
            ["blocked_id"],
            ["identity_user.id"],
            name=op.f("fk_relations_block_blocked_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["blocker_id"],
            ["identity_user.id"],
            name=op.f("fk_relations_block_blocker_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relations_block")),
        sa.UniqueConstraint(
            "blocker_id", "blocked_id", name=op.f("uq_relations_block_blocker_id_blocked_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("relations_block", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_relations_block_blocked_id_blocker_id"),
            ["blocked_id", "blocker_id"],
            unique=False,
        )

    op.create_table(
        "relations_follow",
        sa.Column(
            "follower_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "followed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
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
        sa.CheckConstraint(
            "follower_id <> followed_id", name=op.f("ck_relations_follow_not_oneself")
        ),
        sa.ForeignKeyConstraint(
            ["followed_id"],
            ["identity_user.id"],
            name=op.f("fk_relations_follow_followed_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["follower_id"],
            ["identity_user.id"],
            name=op.f("fk_relations_follow_follower_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relations_follow")),
        sa.UniqueConstraint(
            "follower_id", "followed_id", name=op.f("uq_relations_follow_follower_id_followed_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("relations_follow", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_relations_follow_followed_id_follower_id"),
            ["followed_id", "follower_id"],
            unique=False,
        )

    op.create_table(
        "relations_report",
        sa.Column(
            "reporter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("subject_type", sa.String(length=30), nullable=False),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "harassment",
                "false_identity",
                "spam",
                "unsuitable",
                "other",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "acted",
                "dismissed",
                name="reportstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("open_mark", sa.Integer(), nullable=True),
        sa.Column("decided_at", Utc(), nullable=True),
        sa.Column(
            "decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("outcome", sa.String(length=500), nullable=False),
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
        sa.CheckConstraint(
            "(state = 'open' AND open_mark = 1) OR (state <> 'open' AND open_mark IS NULL)",
            name=op.f("ck_relations_report_open_marked"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["identity_user.id"],
            name=op.f("fk_relations_report_decided_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["identity_user.id"],
            name=op.f("fk_relations_report_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"],
            ["identity_user.id"],
            name=op.f("fk_relations_report_reporter_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relations_report")),
        sa.UniqueConstraint(
            "reporter_id",
            "subject_type",
            "subject_id",
            "open_mark",
            name=op.f("uq_relations_report_reporter_id_subject_type_subject_id_open_mark"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("relations_report", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_relations_report_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_relations_report_decided_by_id"), ["decided_by_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_relations_report_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_relations_report_state_created_at_id"),
            ["state", "created_at", "id"],
            unique=False,
        )

    op.create_table(
        "skills_skill",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", NormalisedKey(360), nullable=False),
        sa.Column(
            "category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("people", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retired_at", Utc(), nullable=True),
        sa.Column(
            "merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
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
        sa.Column("deleted_at", Utc(), nullable=True),
        sa.Column(
            "live",
            sa.Integer(),
            sa.Computed("CASE WHEN deleted_at IS NULL THEN 1 END", persisted=True),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["skills_category.id"],
            name=op.f("fk_skills_skill_category_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"],
            ["skills_skill.id"],
            name=op.f("fk_skills_skill_merged_into_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skills_skill")),
        sa.UniqueConstraint("name_key", "live", name=op.f("uq_skills_skill_name_key_live")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("skills_skill", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_skills_skill_category_id"), ["category_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_skills_skill_merged_into_id"), ["merged_into_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_skills_skill_name_key_id"), ["name_key", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_skills_skill_people_id"), ["people", "id"], unique=False
        )

    op.create_table(
        "skills_person_skill",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("skill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("endorsements", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
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
        sa.CheckConstraint(
            "level BETWEEN 1 AND 4", name=op.f("ck_skills_person_skill_level_range")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["identity_user.id"],
            name=op.f("fk_skills_person_skill_person_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"],
            ["skills_skill.id"],
            name=op.f("fk_skills_person_skill_skill_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skills_person_skill")),
        sa.UniqueConstraint(
            "person_id", "skill_id", name=op.f("uq_skills_person_skill_person_id_skill_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("skills_person_skill", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_skills_person_skill_skill_id_level_person_id"),
            ["skill_id", "level", "person_id"],
            unique=False,
        )

    op.create_table(
        "skills_proof",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("skill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "claimed",
                "endorsed",
                "coding",
                "course",
                name="proofkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("told", sa.String(length=200), nullable=False),
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
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_skills_proof_level_range")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["identity_user.id"], name=op.f("fk_skills_proof_by_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["identity_user.id"],
            name=op.f("fk_skills_proof_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"],
            ["skills_skill.id"],
            name=op.f("fk_skills_proof_skill_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skills_proof")),
        sa.UniqueConstraint(
            "person_id",
            "skill_id",
            "kind",
            "reference",
            name=op.f("uq_skills_proof_person_id_skill_id_kind_reference"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("skills_proof", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_skills_proof_by_id"), ["by_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_skills_proof_kind_reference_person_id"),
            ["kind", "reference", "person_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_skills_proof_skill_id"), ["skill_id"], unique=False)

    op.create_table(
        "skills_synonym",
        sa.Column("skill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", NormalisedKey(360), nullable=False),
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
        sa.ForeignKeyConstraint(
            ["skill_id"],
            ["skills_skill.id"],
            name=op.f("fk_skills_synonym_skill_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skills_synonym")),
        sa.UniqueConstraint("name_key", name=op.f("uq_skills_synonym_name_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("skills_synonym", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_skills_synonym_skill_id"), ["skill_id"], unique=False)

    op.create_table(
        "skills_course_skill",
        sa.Column(
            "course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("skill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
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
        sa.CheckConstraint(
            "level BETWEEN 1 AND 4", name=op.f("ck_skills_course_skill_level_range")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["academics_course.id"],
            name=op.f("fk_skills_course_skill_course_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"],
            ["skills_skill.id"],
            name=op.f("fk_skills_course_skill_skill_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skills_course_skill")),
        sa.UniqueConstraint(
            "course_id", "skill_id", name=op.f("uq_skills_course_skill_course_id_skill_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("skills_course_skill", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_skills_course_skill_skill_id"), ["skill_id"], unique=False
        )


def downgrade() -> None:
    # MariaDB drops no index that a foreign key needs; they go with their tables.
    op.drop_table("skills_course_skill")
    op.drop_table("skills_synonym")
    op.drop_table("skills_proof")
    op.drop_table("skills_person_skill")
    op.drop_table("skills_skill")
    op.drop_table("relations_report")
    op.drop_table("relations_follow")
    op.drop_table("relations_block")
    op.drop_table("skills_category")
