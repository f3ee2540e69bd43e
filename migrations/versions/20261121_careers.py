"""Careers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from quad.core.db.types import Fixed, NormalisedKey, Utc

revision = "20261121_careers"
down_revision = "20261121_audience"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "careers_drive",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", NormalisedKey(360), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
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
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_careers_drive_ends_after_start")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_careers_drive")),
        sa.UniqueConstraint("name_key", "live", name=op.f("uq_careers_drive_name_key_live")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("careers_drive", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_careers_drive_name_key_id"), ["name_key", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_careers_drive_starts_on_id"), ["starts_on", "id"], unique=False
        )

    op.create_table(
        "careers_placement_figures",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "department_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("yearly", Fixed(2), autoincrement=False, nullable=False),
        sa.Column("stage", sa.String(length=30), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "year",
            "department_id",
            "currency",
            "yearly",
            "stage",
            name=op.f("pk_careers_placement_figures"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )

    op.create_table(
        "careers_job",
        sa.Column("title", sa.String(length=140), nullable=False),
        sa.Column("sort_title", NormalisedKey(420), nullable=False),
        sa.Column("company", sa.String(length=120), nullable=False),
        sa.Column("company_key", NormalisedKey(360), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "full_time",
                "internship",
                "part_time",
                "contract",
                name="jobkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("location", sa.String(length=120), nullable=False),
        sa.Column(
            "workplace",
            sa.Enum(
                "on_site",
                "hybrid",
                "remote",
                name="workplace",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("salary_min", Fixed(2), nullable=True),
        sa.Column("salary_max", Fixed(2), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "pay_period",
            sa.Enum(
                "year",
                "month",
                "week",
                "hour",
                name="payperiod",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("deadline", Utc(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("cv_needed", sa.Boolean(), nullable=False),
        sa.Column(
            "audience_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("only_audience", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column(
            "poster_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("drive_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "waiting",
                "open",
                "closed",
                name="postingstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("listed_at", Utc(), nullable=False),
        sa.Column(
            "approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("sent_back", sa.String(length=1000), nullable=False),
        sa.Column("views_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("applications_count", sa.Integer(), server_default="0", nullable=False),
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
        sa.CheckConstraint("places >= 1", name=op.f("ck_careers_job_places_at_least_one")),
        sa.CheckConstraint("salary_max >= salary_min", name=op.f("ck_careers_job_salary_range")),
        sa.CheckConstraint("salary_min >= 0", name=op.f("ck_careers_job_salary_not_negative")),
        sa.ForeignKeyConstraint(
            ["audience_id"],
            ["audience.id"],
            name=op.f("fk_careers_job_audience_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["drive_id"],
            ["careers_drive.id"],
            name=op.f("fk_careers_job_drive_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["poster_id"],
            ["identity_user.id"],
            name=op.f("fk_careers_job_poster_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_careers_job")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("careers_job", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_careers_job_applications_count_id"),
            ["applications_count", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_careers_job_audience_id_state_listed_at"),
            ["audience_id", "state", "listed_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_careers_job_deleted_at"), ["deleted_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_careers_job_drive_id_listed_at_id"),
            ["drive_id", "listed_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_careers_job_poster_id_listed_at_id"),
            ["poster_id", "listed_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_careers_job_state_company_key_id"),
            ["state", "company_key", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_careers_job_state_deadline_id"),
            ["state", "deadline", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_careers_job_state_listed_at_id"),
            ["state", "listed_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_careers_job_state_sort_title_id"),
            ["state", "sort_title", "id"],
            unique=False,
        )

    op.create_table(
        "careers_stored_cv",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
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
            ["file_id"],
            ["core_file.id"],
            name=op.f("fk_careers_stored_cv_file_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["identity_user.id"],
            name=op.f("fk_careers_stored_cv_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_careers_stored_cv")),
        sa.UniqueConstraint(
            "person_id", "file_id", name=op.f("uq_careers_stored_cv_person_id_file_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("careers_stored_cv", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_careers_stored_cv_file_id"), ["file_id"], unique=False)

    op.create_table(
        "careers_application",
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "applied",
                "under_review",
                "shortlisted",
                "interview",
                "offered",
                "hired",
                "rejected",
                "withdrawn",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("application_date", Utc(), nullable=False),
        sa.Column(
            "applied_at", Utc(), sa.Computed("application_date", persisted=True), nullable=True
        ),
        sa.Column("stage_at", Utc(), nullable=False),
        sa.Column("withdrawn_at", Utc(), nullable=True),
        sa.Column("cover_letter", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("submitted_documents", sa.JSON(), nullable=False),
        sa.Column("cv_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("match", sa.Integer(), nullable=False),
        sa.Column("offer", Fixed(2), nullable=True),
        sa.Column("offer_yearly", Fixed(2), nullable=False),
        sa.Column("offer_currency", sa.String(length=3), nullable=False),
        sa.Column("decided_year", sa.Integer(), nullable=False),
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
            ["cv_id"],
            ["core_file.id"],
            name=op.f("fk_careers_application_cv_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["careers_job.id"],
            name=op.f("fk_careers_application_job_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["identity_user.id"],
            name=op.f("fk_careers_application_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_careers_application")),
        sa.UniqueConstraint(
            "person_id", "job_id", name=op.f("uq_careers_application_person_id_job_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("careers_application", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_careers_application_application_date_id"),
            ["application_date", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_careers_application_applied_at"), ["applied_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_careers_application_cv_id"), ["cv_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_careers_application_job_id_application_date_id"),
            ["job_id", "application_date", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_careers_application_job_id_match_id"),
            ["job_id", "match", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_careers_application_job_id_stage_application_date_id"),
            ["job_id", "stage", "application_date", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_careers_application_person_id_application_date_id"),
            ["person_id", "application_date", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_careers_application_person_id_stage_at"),
            ["person_id", "stage_at"],
            unique=False,
        )

    op.create_table(
        "careers_job_skill",
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("skill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
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
            ["job_id"],
            ["careers_job.id"],
            name=op.f("fk_careers_job_skill_job_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"],
            ["skills_skill.id"],
            name=op.f("fk_careers_job_skill_skill_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_careers_job_skill")),
        sa.UniqueConstraint(
            "job_id", "skill_id", name=op.f("uq_careers_job_skill_job_id_skill_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("careers_job_skill", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_careers_job_skill_skill_id"), ["skill_id"], unique=False
        )

    op.create_table(
        "careers_job_view",
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
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
            ["job_id"],
            ["careers_job.id"],
            name=op.f("fk_careers_job_view_job_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_careers_job_view_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_careers_job_view")),
        sa.UniqueConstraint(
            "job_id", "user_id", "day", name=op.f("uq_careers_job_view_job_id_user_id_day")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("careers_job_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_careers_job_view_user_id"), ["user_id"], unique=False)

    op.create_table(
        "careers_saved_job",
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
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
            ["job_id"],
            ["careers_job.id"],
            name=op.f("fk_careers_saved_job_job_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_careers_saved_job_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_careers_saved_job")),
        sa.UniqueConstraint("user_id", "job_id", name=op.f("uq_careers_saved_job_user_id_job_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("careers_saved_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_careers_saved_job_job_id"), ["job_id"], unique=False)

    op.create_table(
        "careers_application_step",
        sa.Column(
            "application_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "stage_before",
            sa.Enum(
                "applied",
                "under_review",
                "shortlisted",
                "interview",
                "offered",
                "hired",
                "rejected",
                "withdrawn",
                name="stage_before",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column(
            "stage_after",
            sa.Enum(
                "applied",
                "under_review",
                "shortlisted",
                "interview",
                "offered",
                "hired",
                "rejected",
                "withdrawn",
                name="stage_after",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
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
            ["actor_id"],
            ["identity_user.id"],
            name=op.f("fk_careers_application_step_actor_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["careers_application.id"],
            name=op.f("fk_careers_application_step_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_careers_application_step")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("careers_application_step", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_careers_application_step_actor_id"), ["actor_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_careers_application_step_application_id_id"),
            ["application_id", "id"],
            unique=False,
        )

    op.create_table(
        "careers_cv_opening",
        sa.Column(
            "application_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
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
            ["application_id"],
            ["careers_application.id"],
            name=op.f("fk_careers_cv_opening_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_careers_cv_opening_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_careers_cv_opening")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("careers_cv_opening", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_careers_cv_opening_application_id_id"),
            ["application_id", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_careers_cv_opening_user_id"), ["user_id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("careers_cv_opening")
    op.drop_table("careers_application_step")
    op.drop_table("careers_saved_job")
    op.drop_table("careers_job_view")
    op.drop_table("careers_job_skill")
    op.drop_table("careers_application")
    op.drop_table("careers_stored_cv")
    op.drop_table("careers_job")
    op.drop_table("careers_placement_figures")
    op.drop_table("careers_drive")
