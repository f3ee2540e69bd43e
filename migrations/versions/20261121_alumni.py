"""The network: members, their work, education and achievements; kept searches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from quad.core.db.types import NormalisedKey, Utc

revision = "20261121_alumni"
down_revision = "20261121_skills_and_relations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_saved_search",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_name", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", NormalisedKey(240), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
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
            name=op.f("fk_core_saved_search_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_saved_search")),
        sa.UniqueConstraint(
            "user_id",
            "list_name",
            "name_key",
            name=op.f("uq_core_saved_search_user_id_list_name_name_key"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )

    op.create_table(
        "alumni_staged_alumnus",
        sa.Column("email", NormalisedKey(254), nullable=False),
        sa.Column("email_as_typed", sa.String(length=254), nullable=False),
        sa.Column("full_name", sa.String(length=160), nullable=True),
        sa.Column("sort_name", NormalisedKey(180), nullable=True),
        sa.Column("register_number", sa.String(length=40), nullable=True),
        sa.Column("register_key", NormalisedKey(40), nullable=True),
        sa.Column("department_key", NormalisedKey(60), nullable=True),
        sa.Column("programme_key", NormalisedKey(60), nullable=True),
        sa.Column("graduation_year", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=True),
        sa.Column("company", sa.String(length=120), nullable=True),
        sa.Column("company_key", NormalisedKey(360), nullable=True),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("city", sa.String(length=120), nullable=True),
        sa.Column("city_key", NormalisedKey(360), nullable=True),
        sa.Column("country", sa.String(length=120), nullable=True),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("degree_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("campus_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "recorded_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
            name=op.f("fk_alumni_staged_alumnus_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_alumni_staged_alumnus")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
        sqlite_with_rowid=False,
    )

    op.create_table(
        "alumni_member",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("sort_name", NormalisedKey(180), nullable=False),
        sa.Column("is_alumnus", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_student", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "record",
                "institution",
                "claimed",
                "refused",
                name="memberstanding",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("register_number", sa.String(length=40), server_default="", nullable=False),
        sa.Column("register_key", NormalisedKey(40), server_default="", nullable=False),
        sa.Column("graduation_year", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("degree_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("campus_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("headline", sa.String(length=160), server_default="", nullable=False),
        sa.Column("title", sa.String(length=120), server_default="", nullable=False),
        sa.Column("company", sa.String(length=120), server_default="", nullable=False),
        sa.Column("company_key", NormalisedKey(360), server_default="", nullable=False),
        sa.Column("city", sa.String(length=120), server_default="", nullable=False),
        sa.Column("city_key", NormalisedKey(360), server_default="", nullable=False),
        sa.Column("country", sa.String(length=120), server_default="", nullable=False),
        sa.Column("mentoring", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("hiring", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("speaking", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("listed", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("named_in_views", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("headline_seen", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("bio_seen", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("work_seen", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("education_seen", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("achievements_seen", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("skills_seen", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("links_seen", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("location_seen", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("open_seen", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("email_seen", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("phone_seen", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("cgpa_seen", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("views", sa.Integer(), server_default="0", nullable=False),
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
            "shown",
            sa.Integer(),
            sa.Computed(
                "CASE WHEN deleted_at IS NULL AND listed AND standing IN ('record', 'institution') THEN 1 ELSE 0 END",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["campus_id"],
            ["institution_campus.id"],
            name=op.f("fk_alumni_member_campus_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["degree_id"],
            ["institution_degree.id"],
            name=op.f("fk_alumni_member_degree_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["institution_department.id"],
            name=op.f("fk_alumni_member_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["institution_programme.id"],
            name=op.f("fk_alumni_member_programme_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["academics_student.id"],
            name=op.f("fk_alumni_member_student_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_alumni_member_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumni_member")),
        sa.UniqueConstraint("student_id", name=op.f("uq_alumni_member_student_id")),
        sa.UniqueConstraint("user_id", name=op.f("uq_alumni_member_user_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("alumni_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alumni_member_campus_id"), ["campus_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_alumni_member_city_key_id"), ["city_key", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_member_company_key_id"), ["company_key", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_alumni_member_degree_id"), ["degree_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_alumni_member_deleted_at"), ["deleted_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_member_department_id_sort_name_id"),
            ["department_id", "sort_name", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_member_programme_id_sort_name_id"),
            ["programme_id", "sort_name", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_member_register_key"), ["register_key"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_member_shown_is_alumnus_graduation_year_id"),
            ["shown", "is_alumnus", "graduation_year", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_member_shown_is_alumnus_sort_name_id"),
            ["shown", "is_alumnus", "sort_name", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_member_shown_is_student_graduation_year_id"),
            ["shown", "is_student", "graduation_year", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_member_shown_is_student_sort_name_id"),
            ["shown", "is_student", "sort_name", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_member_standing_sort_name_id"),
            ["standing", "sort_name", "id"],
            unique=False,
        )

    op.create_table(
        "alumni_achievement",
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.String(length=120), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
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
            ["member_id"],
            ["alumni_member.id"],
            name=op.f("fk_alumni_achievement_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumni_achievement")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("alumni_achievement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alumni_achievement_member_id_year"), ["member_id", "year"], unique=False
        )

    op.create_table(
        "alumni_education",
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("school", sa.String(length=120), nullable=False),
        sa.Column("degree", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("begins_in", sa.Integer(), nullable=False),
        sa.Column("ends_in", sa.Integer(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
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
            ["member_id"],
            ["alumni_member.id"],
            name=op.f("fk_alumni_education_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumni_education")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("alumni_education", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alumni_education_member_id_begins_in"),
            ["member_id", "begins_in"],
            unique=False,
        )

    op.create_table(
        "alumni_profile_view",
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "viewer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
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
            ["member_id"],
            ["alumni_member.id"],
            name=op.f("fk_alumni_profile_view_member_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["viewer_id"],
            ["identity_user.id"],
            name=op.f("fk_alumni_profile_view_viewer_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumni_profile_view")),
        sa.UniqueConstraint(
            "member_id",
            "viewer_id",
            "day",
            name=op.f("uq_alumni_profile_view_member_id_viewer_id_day"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("alumni_profile_view", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alumni_profile_view_viewer_id"), ["viewer_id"], unique=False
        )

    op.create_table(
        "alumni_work",
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("company", sa.String(length=120), nullable=False),
        sa.Column("company_key", NormalisedKey(360), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
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
            ["member_id"],
            ["alumni_member.id"],
            name=op.f("fk_alumni_work_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumni_work")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("alumni_work", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alumni_work_company_key_member_id"),
            ["company_key", "member_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_alumni_work_member_id_begins_on"),
            ["member_id", "begins_on"],
            unique=False,
        )


def downgrade() -> None:
    # MariaDB drops no index that a foreign key needs; they go with their tables.
    op.drop_table("alumni_work")
    op.drop_table("alumni_profile_view")
    op.drop_table("alumni_education")
    op.drop_table("alumni_achievement")
    op.drop_table("alumni_member")
    op.drop_table("alumni_staged_alumnus")
    op.drop_table("core_saved_search")
