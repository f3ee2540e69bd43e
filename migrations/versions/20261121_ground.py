"""Ground."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from quad.core.db.types import Fixed, NormalisedKey, Utc

revision = "20261121_ground"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column(
            "updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("seq", name=op.f("uq_audit_entry_seq")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_action", ["action", "id"], unique=False)
        batch_op.create_index("ix_audit_entry_actor", ["actor_id", "id"], unique=False)
        batch_op.create_index("ix_audit_entry_at", ["created_at", "id"], unique=False)

    op.create_table(
        "core_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_file")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("core_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_file_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_file_sha256"), ["sha256"], unique=False)

    op.create_table(
        "core_job",
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("lane", sa.String(length=120), nullable=True),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "failed",
                "done",
                "dead",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_at", Utc(), nullable=False),
        sa.Column("leased_until", Utc(), nullable=True),
        sa.Column("lease_token", sa.String(length=40), nullable=True),
        sa.Column("last_error", sa.String(length=2000), nullable=False),
        sa.Column("progress_done", sa.Integer(), nullable=False),
        sa.Column("progress_total", sa.Integer(), nullable=False),
        sa.Column("progress_note", sa.String(length=200), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("finished_at", Utc(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_job")),
        sa.UniqueConstraint("key", name=op.f("uq_core_job_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("core_job", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_job_lane_state_id"), ["lane", "state", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_core_job_state_finished_at"), ["state", "finished_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_core_job_state_leased_until"), ["state", "leased_until"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_core_job_state_run_at"), ["state", "run_at"], unique=False
        )

    op.create_table(
        "core_live_event",
        sa.Column("audience", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column(
            "updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_live_event")),
        sa.UniqueConstraint("seq", name=op.f("uq_core_live_event_seq")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("core_live_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_live_event_audience_seq"), ["audience", "seq"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_core_live_event_created_at"), ["created_at"], unique=False
        )

    op.create_table(
        "core_lock",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_core_lock")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "core_mail",
        sa.Column("template", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column(
            "body_text",
            sa.Text()
            .with_variant(mysql.MEDIUMTEXT(), "mariadb")
            .with_variant(mysql.MEDIUMTEXT(), "mysql"),
            nullable=True,
        ),
        sa.Column(
            "body_html",
            sa.Text()
            .with_variant(mysql.MEDIUMTEXT(), "mariadb")
            .with_variant(mysql.MEDIUMTEXT(), "mysql"),
            nullable=True,
        ),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "failed",
                "dead",
                name="mailstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("uncertain", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("sent_at", Utc(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_core_mail_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_core_mail_message_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("core_mail", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_mail_address_id"), ["address", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_core_mail_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_core_mail_state_id"), ["state", "id"], unique=False)

    op.create_table(
        "core_search_document",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("subject_type", sa.String(length=30), nullable=False),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("sub", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column(
            "words",
            sa.Text()
            .with_variant(mysql.MEDIUMTEXT(), "mariadb")
            .with_variant(mysql.MEDIUMTEXT(), "mysql"),
            nullable=False,
        ),
        sa.Column("indexed_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_search_document")),
        sa.UniqueConstraint(
            "subject_type",
            "subject_id",
            name=op.f("uq_core_search_document_subject_type_subject_id"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "core_search_term",
        sa.Column("subject_type", sa.String(length=30), nullable=False),
        sa.Column(
            "term",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "subject_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint(
            "subject_type", "term", "subject_id", name=op.f("pk_core_search_term")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("core_search_term", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_search_term_subject_type_subject_id_term"),
            ["subject_type", "subject_id", "term"],
            unique=False,
        )

    op.create_table(
        "core_setting",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_setting")),
        sa.UniqueConstraint("key", name=op.f("uq_core_setting_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "core_slot",
        sa.Column("task", sa.String(length=80), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_slot")),
        sa.UniqueConstraint("task", "slot", name=op.f("uq_core_slot_task_slot")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "identity_user",
        sa.Column("full_name", sa.String(length=160), nullable=False),
        sa.Column("sort_name", NormalisedKey(360), nullable=False),
        sa.Column("email", NormalisedKey(254), nullable=False),
        sa.Column("email_as_typed", sa.String(length=254), nullable=False),
        sa.Column("username", NormalisedKey(60), nullable=True),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("one_time_until", Utc(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "unconfirmed",
                "applied",
                "disabled",
                name="accountstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("email_confirmed_at", Utc(), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column(
            "theme",
            sa.Enum(
                "auto",
                "light",
                "dark",
                name="theme",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("last_sign_in_at", Utc(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_user")),
        sa.UniqueConstraint("email", "live", name=op.f("uq_identity_user_email_live")),
        sa.UniqueConstraint("username", "live", name=op.f("uq_identity_user_username_live")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_user", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_user_sort_name_id"), ["sort_name", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_identity_user_state"), ["state"], unique=False)

    op.create_table(
        "institution_department",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("code_key", NormalisedKey(60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sort_name", NormalisedKey(360), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_department")),
        sa.UniqueConstraint(
            "code_key", "live", name=op.f("uq_institution_department_code_key_live")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("institution_department", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_institution_department_sort_name_id"), ["sort_name", "id"], unique=False
        )

    op.create_table(
        "institution_grading_scheme",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", NormalisedKey(360), nullable=False),
        sa.Column("maximum", Fixed(2), nullable=False),
        sa.Column("rounding_places", sa.Integer(), nullable=False),
        sa.Column(
            "retake_rule",
            sa.Enum(
                "best",
                "latest",
                "all",
                name="retakerule",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "pass_rule",
            sa.Enum(
                "overall",
                "every_component",
                name="passrule",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("is_default", sa.Boolean(), nullable=False),
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
        sa.Column(
            "default_mark",
            sa.Integer(),
            sa.Computed("CASE WHEN is_default AND deleted_at IS NULL THEN 1 END", persisted=True),
            nullable=True,
        ),
        sa.CheckConstraint(
            "maximum > 0", name=op.f("ck_institution_grading_scheme_maximum_positive")
        ),
        sa.CheckConstraint(
            "rounding_places BETWEEN 0 AND 2",
            name=op.f("ck_institution_grading_scheme_rounding_places_range"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_grading_scheme")),
        sa.UniqueConstraint(
            "default_mark", name=op.f("uq_institution_grading_scheme_default_mark")
        ),
        sa.UniqueConstraint(
            "name_key", "live", name=op.f("uq_institution_grading_scheme_name_key_live")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "institution_term",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("code_key", NormalisedKey(60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
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
        sa.Column(
            "current_mark",
            sa.Integer(),
            sa.Computed("CASE WHEN is_current AND deleted_at IS NULL THEN 1 END", persisted=True),
            nullable=True,
        ),
        sa.CheckConstraint(
            "starts_on < ends_on", name=op.f("ck_institution_term_starts_before_it_ends")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_term")),
        sa.UniqueConstraint("code_key", "live", name=op.f("uq_institution_term_code_key_live")),
        sa.UniqueConstraint("current_mark", name=op.f("uq_institution_term_current_mark")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("institution_term", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_institution_term_starts_on_id"), ["starts_on", "id"], unique=False
        )

    op.create_table(
        "academics_course",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("code_key", NormalisedKey(40), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("sort_title", NormalisedKey(320), nullable=False),
        sa.Column("credits", Fixed(2), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=True),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("archived_at", Utc(), nullable=True),
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
            ["department_id"],
            ["institution_department.id"],
            name=op.f("fk_academics_course_department_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_academics_course")),
        sa.UniqueConstraint("code_key", "live", name=op.f("uq_academics_course_code_key_live")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("academics_course", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_academics_course_code_key_id"), ["code_key", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_academics_course_department_id_code_key_id"),
            ["department_id", "code_key", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_academics_course_sort_title_id"), ["sort_title", "id"], unique=False
        )

    op.create_table(
        "academics_teacher",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sort_name", NormalisedKey(180), nullable=False),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("designation", sa.String(length=80), nullable=False),
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
            ["department_id"],
            ["institution_department.id"],
            name=op.f("fk_academics_teacher_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_academics_teacher_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_academics_teacher")),
        sa.UniqueConstraint("user_id", name=op.f("uq_academics_teacher_user_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("academics_teacher", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_academics_teacher_department_id_sort_name_id"),
            ["department_id", "sort_name", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_academics_teacher_sort_name_id"), ["sort_name", "id"], unique=False
        )

    op.create_table(
        "core_export",
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("question", sa.String(length=2000), nullable=False),
        sa.Column("fixed", sa.JSON(), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("finished_at", Utc(), nullable=True),
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
            ["file_id"], ["core_file.id"], name=op.f("fk_core_export_file_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["identity_user.id"],
            name=op.f("fk_core_export_owner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_export")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("core_export", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_export_file_id"), ["file_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_core_export_finished_at"), ["finished_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_core_export_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "core_import",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "staging",
                "previewed",
                "applying",
                "done",
                "refused",
                "cancelled",
                name="importstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("skip_bad", sa.Boolean(), nullable=False),
        sa.Column("staged", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("rows_kept", sa.Boolean(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", Utc(), nullable=True),
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
            ["file_id"], ["core_file.id"], name=op.f("fk_core_import_file_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_import")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("core_import", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_import_created_by_id"), ["created_by", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_core_import_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_import_kind_id"), ["kind", "id"], unique=False)

    op.create_table(
        "core_list_columns",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_name", sa.String(length=80), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
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
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_core_list_columns_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_list_columns")),
        sa.UniqueConstraint(
            "user_id", "list_name", name=op.f("uq_core_list_columns_user_id_list_name")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("core_list_columns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_list_columns_user_id"), ["user_id"], unique=False)

    op.create_table(
        "identity_login_challenge",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("sent_at", Utc(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("resends", sa.Integer(), nullable=False),
        sa.Column("used_at", Utc(), nullable=True),
        sa.Column("remember", sa.Boolean(), nullable=False),
        sa.Column("wanted_role", sa.String(length=80), nullable=False),
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
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_login_challenge_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_login_challenge")),
        sa.UniqueConstraint("public_id", name=op.f("uq_identity_login_challenge_public_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_login_challenge", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_login_challenge_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_login_challenge_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "identity_password_reset",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "reset",
                "confirm",
                name="linkpurpose",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=True),
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
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_password_reset_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_password_reset")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_identity_password_reset_token_hash")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_password_reset", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_password_reset_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_password_reset_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "identity_personal_token",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("tail", sa.String(length=8), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("expires_at", Utc(), nullable=True),
        sa.Column("last_used_at", Utc(), nullable=True),
        sa.Column("revoked_at", Utc(), nullable=True),
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
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_personal_token_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_personal_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_identity_personal_token_token_hash")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_personal_token", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_personal_token_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "identity_role_grant",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "hod",
                "counsellor",
                "advisor",
                "faculty",
                "placement",
                "student",
                "alumnus",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column(
            "scope",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Computed("coalesce(department_id, 0)", persisted=True),
            nullable=True,
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
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["institution_department.id"],
            name=op.f("fk_identity_role_grant_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_role_grant_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_role_grant")),
        sa.UniqueConstraint(
            "user_id", "role", "scope", name=op.f("uq_identity_role_grant_user_id_role_scope")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_role_grant", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_role_grant_department_id"), ["department_id"], unique=False
        )
        batch_op.create_index(
            "ix_identity_role_grant_holders", ["role", "department_id", "user_id"], unique=False
        )

    op.create_table(
        "identity_session",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("via_api", sa.Boolean(), nullable=False),
        sa.Column("working_role", sa.String(length=80), nullable=False),
        sa.Column("remember", sa.Boolean(), nullable=False),
        sa.Column("last_seen_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("revoked_at", Utc(), nullable=True),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
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
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_session_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_session")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_identity_session_key_hash")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_session_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            "ix_identity_session_user", ["user_id", "revoked_at", "expires_at"], unique=False
        )

    op.create_table(
        "identity_sign_in_guard",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", Utc(), nullable=False),
        sa.Column("locked_until", Utc(), nullable=True),
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
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_sign_in_guard_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_sign_in_guard")),
        sa.UniqueConstraint("key", name=op.f("uq_identity_sign_in_guard_key")),
        sa.UniqueConstraint("user_id", name=op.f("uq_identity_sign_in_guard_user_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "institution_grade_band",
        sa.Column(
            "scheme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(length=8), nullable=False),
        sa.Column("minimum", Fixed(2), nullable=False),
        sa.Column("points", Fixed(2), nullable=False),
        sa.Column("passes", sa.Boolean(), nullable=False),
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
            "minimum BETWEEN 0 AND 10000", name=op.f("ck_institution_grade_band_minimum_range")
        ),
        sa.CheckConstraint(
            "points >= 0", name=op.f("ck_institution_grade_band_points_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"],
            ["institution_grading_scheme.id"],
            name=op.f("fk_institution_grade_band_scheme_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_grade_band")),
        sa.UniqueConstraint(
            "scheme_id", "position", name=op.f("uq_institution_grade_band_scheme_id_position")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "institution_programme",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("code_key", NormalisedKey(60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sort_name", NormalisedKey(360), nullable=False),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "grading_scheme_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("credits_required", Fixed(2), nullable=False),
        sa.Column("duration_terms", sa.Integer(), nullable=False),
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
        sa.CheckConstraint(
            "credits_required >= 0",
            name=op.f("ck_institution_programme_credits_required_not_negative"),
        ),
        sa.CheckConstraint(
            "duration_terms BETWEEN 1 AND 40",
            name=op.f("ck_institution_programme_duration_terms_range"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["institution_department.id"],
            name=op.f("fk_institution_programme_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grading_scheme_id"],
            ["institution_grading_scheme.id"],
            name=op.f("fk_institution_programme_grading_scheme_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_programme")),
        sa.UniqueConstraint(
            "code_key", "live", name=op.f("uq_institution_programme_code_key_live")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("institution_programme", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_institution_programme_department_id"), ["department_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_institution_programme_grading_scheme_id"),
            ["grading_scheme_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_institution_programme_sort_name_id"), ["sort_name", "id"], unique=False
        )

    op.create_table(
        "notifications_notification",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("read_at", Utc(), nullable=True),
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
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_notifications_notification_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications_notification")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("notifications_notification", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notifications_notification_newest", ["user_id", "id"], unique=False
        )
        batch_op.create_index(
            "ix_notifications_notification_unread", ["user_id", "read_at"], unique=False
        )

    op.create_table(
        "notifications_preference",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("in_app", sa.Boolean(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
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
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_notifications_preference_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications_preference")),
        sa.UniqueConstraint(
            "user_id", "kind", name=op.f("uq_notifications_preference_user_id_kind")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "academics_offering",
        sa.Column(
            "course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("term_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("section", sa.String(length=8), nullable=False),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "faculty_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "locked",
                name="resultstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
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
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["academics_course.id"],
            name=op.f("fk_academics_offering_course_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["institution_department.id"],
            name=op.f("fk_academics_offering_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["faculty_id"],
            ["identity_user.id"],
            name=op.f("fk_academics_offering_faculty_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["term_id"],
            ["institution_term.id"],
            name=op.f("fk_academics_offering_term_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_academics_offering")),
        sa.UniqueConstraint(
            "course_id",
            "term_id",
            "section",
            name=op.f("uq_academics_offering_course_id_term_id_section"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("academics_offering", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_academics_offering_department_id_term_id_id"),
            ["department_id", "term_id", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_academics_offering_faculty_id_term_id_id"),
            ["faculty_id", "term_id", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_academics_offering_term_id"), ["term_id"], unique=False
        )

    op.create_table(
        "academics_staged_enrolment",
        sa.Column("register_key", NormalisedKey(40), nullable=False),
        sa.Column("course_key", NormalisedKey(40), nullable=False),
        sa.Column("term_key", NormalisedKey(60), nullable=False),
        sa.Column("section", sa.String(length=8), nullable=False),
        sa.Column(
            "student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "offering_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "import_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "new",
                "changed",
                "same",
                "error",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["core_import.id"],
            name=op.f("fk_academics_staged_enrolment_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_academics_staged_enrolment")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("academics_staged_enrolment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_academics_staged_enrolment_offering_id"), ["offering_id"], unique=False
        )

    op.create_table(
        "academics_staged_mark",
        sa.Column("component_key", NormalisedKey(80), nullable=False),
        sa.Column("value", Fixed(2), nullable=True),
        sa.Column("absent", sa.Boolean(), nullable=False),
        sa.Column("fine", sa.Boolean(), nullable=False),
        sa.Column(
            "component_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("maximum", Fixed(2), nullable=True),
        sa.Column("mark_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("register_key", NormalisedKey(40), nullable=False),
        sa.Column("course_key", NormalisedKey(40), nullable=False),
        sa.Column("term_key", NormalisedKey(60), nullable=False),
        sa.Column("section", sa.String(length=8), nullable=False),
        sa.Column(
            "student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "offering_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "import_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "new",
                "changed",
                "same",
                "error",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["core_import.id"],
            name=op.f("fk_academics_staged_mark_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_academics_staged_mark")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("academics_staged_mark", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_academics_staged_mark_offering_id"), ["offering_id"], unique=False
        )

    op.create_table(
        "academics_staged_student",
        sa.Column("register_number", sa.String(length=40), nullable=False),
        sa.Column("register_key", NormalisedKey(40), nullable=False),
        sa.Column("full_name", sa.String(length=160), nullable=True),
        sa.Column("sort_name", NormalisedKey(180), nullable=True),
        sa.Column("email", NormalisedKey(254), nullable=False),
        sa.Column("email_as_typed", sa.String(length=254), nullable=False),
        sa.Column("given_email", NormalisedKey(254), nullable=True),
        sa.Column("username", NormalisedKey(60), nullable=True),
        sa.Column("department_key", NormalisedKey(60), nullable=True),
        sa.Column("programme_key", NormalisedKey(60), nullable=True),
        sa.Column("admission_year", sa.Integer(), nullable=True),
        sa.Column("semester", sa.Integer(), nullable=True),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "import_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "new",
                "changed",
                "same",
                "error",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["core_import.id"],
            name=op.f("fk_academics_staged_student_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_academics_staged_student")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "academics_student",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("register_number", sa.String(length=40), nullable=False),
        sa.Column("register_key", NormalisedKey(40), nullable=False),
        sa.Column("sort_name", NormalisedKey(180), nullable=False),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("admission_year", sa.Integer(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("graduation_year", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "on_leave",
                "withdrawn",
                "graduated",
                name="studentstatus",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("cgpa", Fixed(2), nullable=True),
        sa.Column("cgpa_order", Fixed(2), nullable=False),
        sa.Column("credits_earned", Fixed(2), nullable=False),
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
            ["department_id"],
            ["institution_department.id"],
            name=op.f("fk_academics_student_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["institution_programme.id"],
            name=op.f("fk_academics_student_programme_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_academics_student_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_academics_student")),
        sa.UniqueConstraint(
            "register_key", "live", name=op.f("uq_academics_student_register_key_live")
        ),
        sa.UniqueConstraint("user_id", name=op.f("uq_academics_student_user_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("academics_student", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_academics_student_admission_year_id"),
            ["admission_year", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_academics_student_cgpa_order_id"), ["cgpa_order", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_academics_student_department_id_cgpa_order_id"),
            ["department_id", "cgpa_order", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_academics_student_department_id_register_key_id"),
            ["department_id", "register_key", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_academics_student_department_id_semester_id"),
            ["department_id", "semester", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_academics_student_department_id_sort_name_id"),
            ["department_id", "sort_name", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_academics_student_programme_id_sort_name_id"),
            ["programme_id", "sort_name", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_academics_student_semester_id"), ["semester", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_academics_student_sort_name_id"), ["sort_name", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_academics_student_status"), ["status"], unique=False)

    op.create_table(
        "core_import_problem",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column_name", sa.String(length=80), nullable=False),
        sa.Column("sentence", sa.String(length=500), nullable=False),
        sa.Column(
            "found_at",
            sa.Enum(
                "read",
                "check",
                name="foundat",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["core_import.id"],
            name=op.f("fk_core_import_problem_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_import_problem")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("core_import_problem", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_import_problem_import_id_line"), ["import_id", "line"], unique=False
        )

    op.create_table(
        "identity_refresh_token",
        sa.Column(
            "session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("rotated_at", Utc(), nullable=True),
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
            ["session_id"],
            ["identity_session.id"],
            name=op.f("fk_identity_refresh_token_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_refresh_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_identity_refresh_token_token_hash")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_refresh_token", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_refresh_token_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_refresh_token_session_id"), ["session_id"], unique=False
        )

    op.create_table(
        "institution_staged_department",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("code_key", NormalisedKey(60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sort_name", NormalisedKey(360), nullable=False),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "import_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "new",
                "changed",
                "same",
                "error",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["core_import.id"],
            name=op.f("fk_institution_staged_department_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_institution_staged_department")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "academics_component",
        sa.Column(
            "offering_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", NormalisedKey(80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "attendance",
                "assignment",
                "internal",
                "external",
                "other",
                name="componentkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("maximum", Fixed(2), nullable=False),
        sa.Column("weight", Fixed(2), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("published_at", Utc(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["academics_offering.id"],
            name=op.f("fk_academics_component_offering_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_academics_component")),
        sa.UniqueConstraint(
            "offering_id", "name_key", name=op.f("uq_academics_component_offering_id_name_key")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "academics_enrolment",
        sa.Column(
            "student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "offering_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "enrolled",
                "withdrawn",
                name="enrolmentstatus",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
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
            ["offering_id"],
            ["academics_offering.id"],
            name=op.f("fk_academics_enrolment_offering_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["academics_student.id"],
            name=op.f("fk_academics_enrolment_student_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_academics_enrolment")),
        sa.UniqueConstraint(
            "student_id", "offering_id", name=op.f("uq_academics_enrolment_student_id_offering_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("academics_enrolment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_academics_enrolment_offering_id_student_id"),
            ["offering_id", "student_id"],
            unique=False,
        )

    op.create_table(
        "academics_term_standing",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("term_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("credits", Fixed(2), nullable=False),
        sa.Column("credits_earned", Fixed(2), nullable=False),
        sa.Column("sgpa", Fixed(2), nullable=True),
        sa.Column("cgpa", Fixed(2), nullable=True),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["academics_student.id"],
            name=op.f("fk_academics_term_standing_student_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["term_id"],
            ["institution_term.id"],
            name=op.f("fk_academics_term_standing_term_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_academics_term_standing")),
        sa.UniqueConstraint(
            "student_id", "term_id", name=op.f("uq_academics_term_standing_student_id_term_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("academics_term_standing", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_academics_term_standing_term_id"), ["term_id"], unique=False
        )

    op.create_table(
        "academics_mark",
        sa.Column(
            "enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "component_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("value", Fixed(2), nullable=True),
        sa.Column("absent", sa.Boolean(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=True),
        sa.Column(
            "supersedes_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("reason", sa.String(length=300), nullable=False),
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
            ["component_id"],
            ["academics_component.id"],
            name=op.f("fk_academics_mark_component_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["academics_enrolment.id"],
            name=op.f("fk_academics_mark_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"],
            ["academics_mark.id"],
            name=op.f("fk_academics_mark_supersedes_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_academics_mark")),
        sa.UniqueConstraint(
            "enrolment_id",
            "component_id",
            "current",
            name=op.f("uq_academics_mark_enrolment_id_component_id_current"),
        ),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_academics_mark_supersedes_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("academics_mark", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_academics_mark_component_id_current"),
            ["component_id", "current"],
            unique=False,
        )

    op.create_table(
        "academics_result",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "offering_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("term_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("credits", Fixed(2), nullable=False),
        sa.Column("total", Fixed(2), nullable=False),
        sa.Column("percentage", Fixed(2), nullable=True),
        sa.Column("letter", sa.String(length=20), nullable=False),
        sa.Column("points", Fixed(2), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["academics_course.id"],
            name=op.f("fk_academics_result_course_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["academics_enrolment.id"],
            name=op.f("fk_academics_result_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["academics_offering.id"],
            name=op.f("fk_academics_result_offering_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["academics_student.id"],
            name=op.f("fk_academics_result_student_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["term_id"],
            ["institution_term.id"],
            name=op.f("fk_academics_result_term_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_academics_result")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_academics_result_enrolment_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("academics_result", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_academics_result_course_id"), ["course_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_academics_result_offering_id"), ["offering_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_academics_result_student_id_term_id"),
            ["student_id", "term_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_academics_result_term_id"), ["term_id"], unique=False)


def downgrade() -> None:
    op.drop_table("academics_result")
    op.drop_table("academics_mark")
    op.drop_table("academics_term_standing")
    op.drop_table("academics_enrolment")
    op.drop_table("academics_component")
    op.drop_table("institution_staged_department")
    op.drop_table("identity_refresh_token")
    op.drop_table("core_import_problem")
    op.drop_table("academics_student")
    op.drop_table("academics_staged_student")
    op.drop_table("academics_staged_mark")
    op.drop_table("academics_staged_enrolment")
    op.drop_table("academics_offering")
    op.drop_table("notifications_preference")
    op.drop_table("notifications_notification")
    op.drop_table("institution_programme")
    op.drop_table("institution_grade_band")
    op.drop_table("identity_sign_in_guard")
    op.drop_table("identity_session")
    op.drop_table("identity_role_grant")
    op.drop_table("identity_personal_token")
    op.drop_table("identity_password_reset")
    op.drop_table("identity_login_challenge")
    op.drop_table("core_list_columns")
    op.drop_table("core_import")
    op.drop_table("core_export")
    op.drop_table("academics_teacher")
    op.drop_table("academics_course")
    op.drop_table("institution_term")
    op.drop_table("institution_grading_scheme")
    op.drop_table("institution_department")
    op.drop_table("identity_user")
    op.drop_table("core_slot")
    op.drop_table("core_setting")
    op.drop_table("core_search_term")
    op.drop_table("core_search_document")
    op.drop_table("core_mail")
    op.drop_table("core_lock")
    op.drop_table("core_live_event")
    op.drop_table("core_job")
    op.drop_table("core_file")
    op.drop_table("audit_entry")
