"""References."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from quad.core.db.types import NormalisedKey, Utc

revision = "20261121_references"
down_revision = "20261121_alumni"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alumni_mentor_slot",
        sa.Column(
            "mentor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=160), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("withdrawn_at", Utc(), nullable=True),
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
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "minutes BETWEEN 10 AND 480", name=op.f("ck_alumni_mentor_slot_minutes_range")
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"],
            ["identity_user.id"],
            name=op.f("fk_alumni_mentor_slot_mentor_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumni_mentor_slot")),
        sa.UniqueConstraint(
            "mentor_id", "starts_at", name=op.f("uq_alumni_mentor_slot_mentor_id_starts_at")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("alumni_mentor_slot", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alumni_mentor_slot_starts_at_id"), ["starts_at", "id"], unique=False
        )

    op.create_table(
        "alumni_engagement",
        sa.Column(
            "alumnus_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "speaking",
                "training",
                "judging",
                "mentoring",
                name="engagementkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("by_institution", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "logged",
                "confirmed",
                "refused",
                name="engagementstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "answered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("answered_at", Utc(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("thanked_at", Utc(), nullable=True),
        sa.Column(
            "thanked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("thanks", sa.String(length=1000), nullable=False),
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
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "minutes BETWEEN 0 AND 60000", name=op.f("ck_alumni_engagement_minutes_range")
        ),
        sa.ForeignKeyConstraint(
            ["alumnus_id"],
            ["identity_user.id"],
            name=op.f("fk_alumni_engagement_alumnus_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"],
            ["identity_user.id"],
            name=op.f("fk_alumni_engagement_answered_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["institution_department.id"],
            name=op.f("fk_alumni_engagement_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["thanked_by_id"],
            ["identity_user.id"],
            name=op.f("fk_alumni_engagement_thanked_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumni_engagement")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("alumni_engagement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alumni_engagement_alumnus_id_held_on"),
            ["alumnus_id", "held_on"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_engagement_answered_by_id"), ["answered_by_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_engagement_department_id"), ["department_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_engagement_held_on_id"), ["held_on", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_engagement_state_held_on_id"),
            ["state", "held_on", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_engagement_thanked_by_id"), ["thanked_by_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_engagement_year_state_alumnus_id"),
            ["year", "state", "alumnus_id"],
            unique=False,
        )

    op.create_table(
        "alumni_mentor_booking",
        sa.Column("slot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "confirmed",
                "declined",
                "cancelled",
                name="bookingstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("held_mark", sa.Integer(), nullable=True),
        sa.Column("answered_at", Utc(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("reminded_at", Utc(), nullable=True),
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
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('requested', 'confirmed') AND held_mark = 1) OR (state NOT IN ('requested', 'confirmed') AND held_mark IS NULL)",
            name=op.f("ck_alumni_mentor_booking_held_marked"),
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"],
            ["alumni_mentor_slot.id"],
            name=op.f("fk_alumni_mentor_booking_slot_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["identity_user.id"],
            name=op.f("fk_alumni_mentor_booking_student_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumni_mentor_booking")),
        sa.UniqueConstraint(
            "slot_id", "held_mark", name=op.f("uq_alumni_mentor_booking_slot_id_held_mark")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("alumni_mentor_booking", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alumni_mentor_booking_state_reminded_at"),
            ["state", "reminded_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_mentor_booking_student_id_created_at"),
            ["student_id", "created_at"],
            unique=False,
        )

    op.create_table(
        "alumni_mentor_feedback",
        sa.Column(
            "booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
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
            "rating BETWEEN 1 AND 5", name=op.f("ck_alumni_mentor_feedback_rating_range")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["alumni_mentor_booking.id"],
            name=op.f("fk_alumni_mentor_feedback_booking_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["identity_user.id"],
            name=op.f("fk_alumni_mentor_feedback_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumni_mentor_feedback")),
        sa.UniqueConstraint(
            "booking_id", "by_id", name=op.f("uq_alumni_mentor_feedback_booking_id_by_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("alumni_mentor_feedback", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alumni_mentor_feedback_by_id"), ["by_id"], unique=False
        )

    op.create_table(
        "alumni_reference",
        sa.Column("asker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "writer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("purpose", sa.String(length=160), nullable=False),
        sa.Column("purpose_key", NormalisedKey(480), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column(
            "delivery",
            sa.Enum(
                "document",
                "confidential",
                name="delivery",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("subject_type", sa.String(length=30), server_default="", nullable=False),
        sa.Column(
            "subject_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "accepted",
                "declined",
                "delivered",
                "withdrawn",
                name="referencestate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("open_mark", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.String(length=160), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("answered_at", Utc(), nullable=True),
        sa.Column("delivered_at", Utc(), nullable=True),
        sa.Column("reminded_at", Utc(), nullable=True),
        sa.Column(
            "document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
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
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('requested', 'accepted') AND open_mark = 1) OR (state NOT IN ('requested', 'accepted') AND open_mark IS NULL)",
            name=op.f("ck_alumni_reference_open_marked"),
        ),
        sa.ForeignKeyConstraint(
            ["asker_id"],
            ["identity_user.id"],
            name=op.f("fk_alumni_reference_asker_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["academics_document.id"],
            name=op.f("fk_alumni_reference_document_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["writer_id"],
            ["identity_user.id"],
            name=op.f("fk_alumni_reference_writer_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumni_reference")),
        sa.UniqueConstraint(
            "asker_id",
            "writer_id",
            "purpose_key",
            "open_mark",
            name=op.f("uq_alumni_reference_asker_id_writer_id_purpose_key_open_mark"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("alumni_reference", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alumni_reference_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_reference_document_id"), ["document_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_reference_state_created_at_id"),
            ["state", "created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_reference_subject_type_subject_id_state"),
            ["subject_type", "subject_id", "state"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_reference_writer_id_state_created_at_id"),
            ["writer_id", "state", "created_at", "id"],
            unique=False,
        )


def downgrade() -> None:
    # MariaDB drops no index that a foreign key needs; they go with their tables.
    op.drop_table("alumni_reference")
    op.drop_table("alumni_mentor_feedback")
    op.drop_table("alumni_mentor_booking")
    op.drop_table("alumni_engagement")
    op.drop_table("alumni_mentor_slot")
