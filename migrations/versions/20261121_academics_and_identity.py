"""Academics and identity."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from quad.core.db.types import Fixed, NormalisedKey, Utc

revision = "20261121_academics_and_identity"
down_revision = "20261121_ground"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # An applicant is a registration of its own now: accounts that waited for a confirmation or an approval stay closed.
    op.execute(
        "UPDATE identity_user SET state = 'disabled' WHERE state IN ('unconfirmed', 'applied')"
    )
    op.execute("DELETE FROM identity_password_reset WHERE purpose = 'confirm'")
    op.create_table(
        "audit_seal",
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("newest_at", Utc(), nullable=False),
        sa.Column(
            "digests", sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql"), nullable=False
        ),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("dropped_at", Utc(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("first_seq", name=op.f("uq_audit_seal_first_seq")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("audit_seal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_seal_newest_at"), ["newest_at"], unique=False)

    op.create_table(
        "core_tally",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "scope",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "scope", name=op.f("pk_core_tally")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "institution_campus",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("code_key", NormalisedKey(60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sort_name", NormalisedKey(360), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_campus")),
        sa.UniqueConstraint("code_key", "live", name=op.f("uq_institution_campus_code_key_live")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("institution_campus", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_institution_campus_sort_name_id"), ["sort_name", "id"], unique=False
        )

    op.create_table(
        "institution_degree",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("code_key", NormalisedKey(60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sort_name", NormalisedKey(360), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "certificate",
                "diploma",
                "bachelor",
                "master",
                "doctorate",
                "other",
                name="degreelevel",
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
        sa.Column("deleted_at", Utc(), nullable=True),
        sa.Column(
            "live",
            sa.Integer(),
            sa.Computed("CASE WHEN deleted_at IS NULL THEN 1 END", persisted=True),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_degree")),
        sa.UniqueConstraint("code_key", "live", name=op.f("uq_institution_degree_code_key_live")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("institution_degree", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_institution_degree_sort_name_id"), ["sort_name", "id"], unique=False
        )

    op.create_table(
        "identity_account_link",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "activate",
                "new_email",
                "keep_email",
                "stay",
                name="accountlinkpurpose",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
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
            name=op.f("fk_identity_account_link_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_account_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_identity_account_link_token_hash")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_account_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_account_link_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index("ix_identity_account_link_of", ["user_id", "purpose"], unique=False)

    op.create_table(
        "identity_external",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("last_used_at", Utc(), nullable=True),
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
            name=op.f("fk_identity_external_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_external")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identity_external_issuer_subject")),
        sa.UniqueConstraint("user_id", "issuer", name=op.f("uq_identity_external_user_id_issuer")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "identity_mentor_assignment",
        sa.Column(
            "mentee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "advisor",
                "counsellor",
                name="mentorkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "mentor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
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
            ["mentee_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_mentor_assignment_mentee_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_mentor_assignment_mentor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_mentor_assignment")),
        sa.UniqueConstraint(
            "mentee_id", "kind", name=op.f("uq_identity_mentor_assignment_mentee_id_kind")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_mentor_assignment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_identity_mentor_assignment_of", ["mentor_id", "kind", "mentee_id"], unique=False
        )

    op.create_table(
        "identity_oidc_flow",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "sign_in",
                "link",
                "prove",
                name="oidcpurpose",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("nonce", sa.String(length=100), nullable=False),
        sa.Column("verifier", sa.String(length=150), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("wanted", sa.String(length=2000), nullable=False),
        sa.Column("wanted_role", sa.String(length=80), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
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
            name=op.f("fk_identity_oidc_flow_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_oidc_flow")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_identity_oidc_flow_state_hash")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_oidc_flow", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_oidc_flow_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_oidc_flow_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "identity_own_data_copy",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.Column("expires_at", Utc(), nullable=False),
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
            name=op.f("fk_identity_own_data_copy_file_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_own_data_copy_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_own_data_copy")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_own_data_copy", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_own_data_copy_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_own_data_copy_file_id"), ["file_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_own_data_copy_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "identity_passkey",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("credential_hash", sa.String(length=64), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("user_handle", sa.String(length=100), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.String(length=100), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("last_used_at", Utc(), nullable=True),
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
            name=op.f("fk_identity_passkey_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_passkey")),
        sa.UniqueConstraint("credential_hash", name=op.f("uq_identity_passkey_credential_hash")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_passkey", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_passkey_user_handle"), ["user_handle"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_identity_passkey_user_id"), ["user_id"], unique=False)

    op.create_table(
        "identity_passkey_ceremony",
        sa.Column("public_id", sa.String(length=64), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "register",
                "sign_in",
                "second",
                "prove",
                name="ceremonypurpose",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("challenge", sa.String(length=100), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("user_handle", sa.String(length=100), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
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
            name=op.f("fk_identity_passkey_ceremony_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_passkey_ceremony")),
        sa.UniqueConstraint("public_id", name=op.f("uq_identity_passkey_ceremony_public_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_passkey_ceremony", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_passkey_ceremony_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_passkey_ceremony_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "identity_profile",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pronouns", sa.String(length=40), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("photo_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "small_photo_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
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
            ["photo_id"],
            ["core_file.id"],
            name=op.f("fk_identity_profile_photo_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["small_photo_id"],
            ["core_file.id"],
            name=op.f("fk_identity_profile_small_photo_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_profile_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_profile")),
        sa.UniqueConstraint("user_id", name=op.f("uq_identity_profile_user_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_profile", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_profile_photo_id"), ["photo_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_profile_small_photo_id"), ["small_photo_id"], unique=False
        )

    op.create_table(
        "identity_recovery_code",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
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
            name=op.f("fk_identity_recovery_code_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_identity_recovery_code_code_hash")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_recovery_code", schema=None) as batch_op:
        batch_op.create_index(
            "ix_identity_recovery_code_left", ["user_id", "used_at"], unique=False
        )

    op.create_table(
        "identity_security_event",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "signed_in",
                "new_device",
                "sign_in_failed",
                "signed_out",
                "locked",
                "password_changed",
                "password_asked",
                "password_given",
                "email_asked",
                "email_changed",
                "email_kept",
                "token_made",
                "token_ended",
                "token_reused",
                "factor_added",
                "factor_removed",
                "recovery_made",
                "recovery_used",
                "provider_linked",
                "provider_unlinked",
                "data_asked",
                "deletion_asked",
                "deletion_undone",
                name="securitykind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
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
            name=op.f("fk_identity_security_event_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_security_event")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_security_event", schema=None) as batch_op:
        batch_op.create_index("ix_identity_security_event_at", ["created_at", "id"], unique=False)
        batch_op.create_index("ix_identity_security_event_of", ["user_id", "id"], unique=False)

    op.create_table(
        "identity_totp",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("secret_sealed", sa.String(length=300), nullable=False),
        sa.Column("confirmed_at", Utc(), nullable=True),
        sa.Column("last_counter", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", Utc(), nullable=True),
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
            name=op.f("fk_identity_totp_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_totp")),
        sa.UniqueConstraint("user_id", name=op.f("uq_identity_totp_user_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "identity_trusted_device",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("last_used_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
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
            name=op.f("fk_identity_trusted_device_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_trusted_device")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_identity_trusted_device_key_hash")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_trusted_device", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_trusted_device_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            "ix_identity_trusted_device_of", ["user_id", "expires_at"], unique=False
        )

    op.create_table(
        "academics_staged_course",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("code_key", NormalisedKey(40), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=True),
        sa.Column("sort_title", NormalisedKey(320), nullable=True),
        sa.Column("credits", Fixed(2), nullable=True),
        sa.Column("semester", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("department_key", NormalisedKey(60), nullable=True),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
            name=op.f("fk_academics_staged_course_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_academics_staged_course")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "academics_staged_teacher",
        sa.Column("email", NormalisedKey(254), nullable=False),
        sa.Column("email_as_typed", sa.String(length=254), nullable=False),
        sa.Column("full_name", sa.String(length=160), nullable=True),
        sa.Column("sort_name", NormalisedKey(180), nullable=True),
        sa.Column("department_key", NormalisedKey(60), nullable=True),
        sa.Column("designation", sa.String(length=80), nullable=True),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "teacher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
            name=op.f("fk_academics_staged_teacher_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_academics_staged_teacher")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identity_invitation",
        sa.Column("email", NormalisedKey(254), nullable=False),
        sa.Column("email_as_typed", sa.String(length=254), nullable=False),
        sa.Column("full_name", sa.String(length=160), nullable=False),
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
        sa.Column("message", sa.String(length=1000), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "accepted",
                "revoked",
                name="invitationstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("sent_at", Utc(), nullable=True),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("accepted_at", Utc(), nullable=True),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "open",
            sa.Integer(),
            sa.Computed("CASE WHEN state = 'waiting' THEN 1 END", persisted=True),
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
            name=op.f("fk_identity_invitation_department_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_invitation_user_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_invitation")),
        sa.UniqueConstraint("email", "open", name=op.f("uq_identity_invitation_email_open")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_identity_invitation_token_hash")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_invitation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_invitation_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_invitation_department_id_id"),
            ["department_id", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_identity_invitation_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_invitation_sent_at"), ["sent_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_invitation_state_id"), ["state", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_invitation_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "identity_registration",
        sa.Column("full_name", sa.String(length=160), nullable=False),
        sa.Column("sort_name", NormalisedKey(360), nullable=False),
        sa.Column("email", NormalisedKey(254), nullable=False),
        sa.Column("email_as_typed", sa.String(length=254), nullable=False),
        sa.Column("username", NormalisedKey(60), nullable=True),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
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
        sa.Column("register_number", sa.String(length=40), nullable=False),
        sa.Column("graduation_year", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "unconfirmed",
                "waiting",
                "approved",
                "rejected",
                name="registrationstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("confirmed_at", Utc(), nullable=True),
        sa.Column("decided_at", Utc(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
            name=op.f("fk_identity_registration_department_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_registration_user_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_registration")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_identity_registration_token_hash")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("identity_registration", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identity_registration_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_registration_department_id_id"),
            ["department_id", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_identity_registration_email"), ["email"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_identity_registration_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_registration_sort_name_id"), ["sort_name", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_registration_state_id"), ["state", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_registration_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "identity_staged_invitation",
        sa.Column("email", NormalisedKey(254), nullable=False),
        sa.Column("email_as_typed", sa.String(length=254), nullable=False),
        sa.Column("full_name", sa.String(length=160), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("department_key", NormalisedKey(60), nullable=True),
        sa.Column("message", sa.String(length=1000), nullable=False),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "invitation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
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
            name=op.f("fk_identity_staged_invitation_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_identity_staged_invitation")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "institution_batch",
        sa.Column(
            "programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", NormalisedKey(360), nullable=False),
        sa.Column("start_year", sa.Integer(), nullable=False),
        sa.Column("graduation_year", sa.Integer(), nullable=False),
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
            "start_year <= graduation_year", name=op.f("ck_institution_batch_starts_before_it_ends")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["institution_programme.id"],
            name=op.f("fk_institution_batch_programme_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_batch")),
        sa.UniqueConstraint(
            "programme_id",
            "name_key",
            "live",
            name=op.f("uq_institution_batch_programme_id_name_key_live"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("institution_batch", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_institution_batch_start_year_id"), ["start_year", "id"], unique=False
        )

    op.create_table(
        "institution_class",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("name_key", NormalisedKey(60), nullable=False),
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
            ["batch_id"],
            ["institution_batch.id"],
            name=op.f("fk_institution_class_batch_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_class")),
        sa.UniqueConstraint(
            "batch_id", "name_key", "live", name=op.f("uq_institution_class_batch_id_name_key_live")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "academics_scenario",
        sa.Column(
            "student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", NormalisedKey(240), nullable=False),
        sa.Column("guesses", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
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
            ["student_id"],
            ["academics_student.id"],
            name=op.f("fk_academics_scenario_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_academics_scenario")),
        sa.UniqueConstraint(
            "student_id", "name_key", name=op.f("uq_academics_scenario_student_id_name_key")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "academics_award",
        sa.Column(
            "enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "grade",
                "incomplete",
                "absent",
                "taken_back",
                name="awardkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("letter", sa.String(length=20), nullable=False),
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
            ["enrolment_id"],
            ["academics_enrolment.id"],
            name=op.f("fk_academics_award_enrolment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"],
            ["academics_award.id"],
            name=op.f("fk_academics_award_supersedes_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_academics_award")),
        sa.UniqueConstraint(
            "enrolment_id", "current", name=op.f("uq_academics_award_enrolment_id_current")
        ),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_academics_award_supersedes_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("academics_component", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind_name", sa.String(length=40), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))

    with op.batch_alter_table("academics_enrolment", schema=None) as batch_op:
        batch_op.alter_column("enrolled_on", existing_type=sa.DATE(), nullable=True)

    with op.batch_alter_table("academics_mark", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("carried_over", sa.Boolean(), server_default=sa.false(), nullable=False)
        )

    with op.batch_alter_table("academics_offering", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "weighting",
                sa.Enum(
                    "weights",
                    "points",
                    "coursework_exam",
                    name="weighting",
                    native_enum=False,
                    create_constraint=True,
                    length=30,
                ),
                server_default="weights",
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column("exam_share", Fixed(2), server_default="5000", nullable=False)
        )

    with op.batch_alter_table("academics_result", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "standing",
                sa.Enum(
                    "open",
                    "final",
                    "incomplete",
                    "absent",
                    "withdrawn",
                    name="standing",
                    native_enum=False,
                    create_constraint=True,
                    length=30,
                ),
                server_default="open",
                nullable=False,
            )
        )

    with op.batch_alter_table("academics_staged_student", schema=None) as batch_op:
        batch_op.add_column(sa.Column("batch_key", NormalisedKey(360), nullable=True))
        batch_op.add_column(sa.Column("class_key", NormalisedKey(60), nullable=True))
        batch_op.add_column(sa.Column("graduation_year", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column(
                "class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )

    with op.batch_alter_table("academics_student", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column(
                "class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_index(
            batch_op.f("ix_academics_student_batch_id"), ["batch_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_academics_student_class_id"), ["class_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_academics_student_class_id"),
            "institution_class",
            ["class_id"],
            ["id"],
            ondelete="RESTRICT",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_academics_student_batch_id"),
            "institution_batch",
            ["batch_id"],
            ["id"],
            ondelete="RESTRICT",
        )

    with op.batch_alter_table("identity_login_challenge", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("provider", sa.String(length=40), server_default="", nullable=False)
        )

    with op.batch_alter_table("identity_personal_token", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("last_used_ip", sa.String(length=45), server_default="", nullable=False)
        )

    with op.batch_alter_table("identity_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proved_at", Utc(), nullable=True))
        batch_op.add_column(
            sa.Column("needs_factor", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("provider", sa.String(length=40), server_default="", nullable=False)
        )

    with op.batch_alter_table("identity_user", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "origin",
                sa.Enum(
                    "invited",
                    "registered",
                    "imported",
                    name="accountorigin",
                    native_enum=False,
                    create_constraint=True,
                    length=30,
                ),
                server_default="invited",
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column(
                "merged_into_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column("photo", sa.String(length=20), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("leaves_at", Utc(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_identity_user_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_identity_user_last_sign_in_at_id"),
            ["last_sign_in_at", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_identity_user_leaves_at"), ["leaves_at"], unique=False)

    with op.batch_alter_table("institution_department", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "campus_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_index(
            batch_op.f("ix_institution_department_campus_id"), ["campus_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_institution_department_campus_id"),
            "institution_campus",
            ["campus_id"],
            ["id"],
            ondelete="RESTRICT",
        )

    with op.batch_alter_table("institution_grade_band", schema=None) as batch_op:
        batch_op.alter_column(
            "letter",
            existing_type=sa.VARCHAR(length=8),
            type_=sa.String(length=20),
            existing_nullable=False,
        )

    with op.batch_alter_table("institution_grading_scheme", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "averaging",
                sa.Enum(
                    "points",
                    "percentage",
                    "none",
                    name="averaging",
                    native_enum=False,
                    create_constraint=True,
                    length=30,
                ),
                server_default="points",
                nullable=False,
            )
        )

    with op.batch_alter_table("institution_programme", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "degree_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_index(
            batch_op.f("ix_institution_programme_degree_id"), ["degree_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_institution_programme_degree_id"),
            "institution_degree",
            ["degree_id"],
            ["id"],
            ondelete="RESTRICT",
        )


def downgrade() -> None:
    with op.batch_alter_table("institution_programme", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_institution_programme_degree_id"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_institution_programme_degree_id"))
        batch_op.drop_column("degree_id")

    with op.batch_alter_table("institution_grading_scheme", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("ck_institution_grading_scheme_averaging"), type_="check"
        )
        batch_op.drop_column("averaging")

    with op.batch_alter_table("institution_grade_band", schema=None) as batch_op:
        batch_op.alter_column(
            "letter",
            existing_type=sa.String(length=20),
            type_=sa.VARCHAR(length=8),
            existing_nullable=False,
        )

    with op.batch_alter_table("institution_department", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_institution_department_campus_id"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_institution_department_campus_id"))
        batch_op.drop_column("campus_id")

    with op.batch_alter_table("identity_user", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identity_user_leaves_at"))
        batch_op.drop_index(batch_op.f("ix_identity_user_last_sign_in_at_id"))
        batch_op.drop_index(batch_op.f("ix_identity_user_created_at_id"))
        batch_op.drop_column("leaves_at")
        batch_op.drop_column("photo")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_constraint(batch_op.f("ck_identity_user_accountorigin"), type_="check")
        batch_op.drop_column("origin")

    with op.batch_alter_table("identity_session", schema=None) as batch_op:
        batch_op.drop_column("provider")
        batch_op.drop_column("needs_factor")
        batch_op.drop_column("proved_at")

    with op.batch_alter_table("identity_personal_token", schema=None) as batch_op:
        batch_op.drop_column("last_used_ip")

    with op.batch_alter_table("identity_login_challenge", schema=None) as batch_op:
        batch_op.drop_column("provider")

    with op.batch_alter_table("academics_student", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_academics_student_batch_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_academics_student_class_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_academics_student_class_id"))
        batch_op.drop_index(batch_op.f("ix_academics_student_batch_id"))
        batch_op.drop_column("class_id")
        batch_op.drop_column("batch_id")

    with op.batch_alter_table("academics_staged_student", schema=None) as batch_op:
        batch_op.drop_column("class_id")
        batch_op.drop_column("batch_id")
        batch_op.drop_column("graduation_year")
        batch_op.drop_column("class_key")
        batch_op.drop_column("batch_key")

    with op.batch_alter_table("academics_result", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_academics_result_standing"), type_="check")
        batch_op.drop_column("standing")

    with op.batch_alter_table("academics_offering", schema=None) as batch_op:
        batch_op.drop_column("exam_share")
        batch_op.drop_constraint(batch_op.f("ck_academics_offering_weighting"), type_="check")
        batch_op.drop_column("weighting")

    with op.batch_alter_table("academics_mark", schema=None) as batch_op:
        batch_op.drop_column("carried_over")

    with op.batch_alter_table("academics_enrolment", schema=None) as batch_op:
        batch_op.alter_column("enrolled_on", existing_type=sa.DATE(), nullable=False)

    with op.batch_alter_table("academics_component", schema=None) as batch_op:
        batch_op.drop_column("due_on")
        batch_op.drop_column("kind_name")

    op.drop_table("academics_award")
    op.drop_table("academics_scenario")
    op.drop_table("institution_class")

    op.drop_table("institution_batch")
    op.drop_table("identity_staged_invitation")

    op.drop_table("identity_registration")

    op.drop_table("identity_invitation")
    op.drop_table("academics_staged_teacher")
    op.drop_table("academics_staged_course")

    op.drop_table("identity_trusted_device")
    op.drop_table("identity_totp")

    op.drop_table("identity_security_event")

    op.drop_table("identity_recovery_code")

    op.drop_table("identity_profile")

    op.drop_table("identity_passkey_ceremony")

    op.drop_table("identity_passkey")

    op.drop_table("identity_own_data_copy")

    op.drop_table("identity_oidc_flow")

    op.drop_table("identity_mentor_assignment")
    op.drop_table("identity_external")

    op.drop_table("identity_account_link")

    op.drop_table("institution_degree")

    op.drop_table("institution_campus")
    op.drop_table("core_tally")

    op.drop_table("audit_seal")
