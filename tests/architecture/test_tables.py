"""What holds for every table: references are foreign keys, rows say who made them, rules are unique constraints."""

from __future__ import annotations

import pytest
from sqlalchemy import JSON, ForeignKeyConstraint, Table, UniqueConstraint

import quad.app  # noqa: F401 - the models register by being imported
from quad.core.db.model import Model

TABLES: dict[str, Table] = dict(Model.metadata.tables)
NETWORK = ("alumni_", "audience", "careers_", "events_", "relations_", "skills_")
STAMPS = {"created_at", "created_by", "updated_at", "updated_by"}
# Lines of a file on their way in: what they name may not be there, and they go with their import.
STAGED = {name for name in TABLES if "_staged_" in name}

# Numbers that the database counts by, where 0 stands for none.
COUNTED_BY = "counts rows by it, 0 stands for none"
SAID_IN_WORDS = "names a thing of several kinds, told by the column beside it"
NOT_OURS = "is given by others, no row of ours"
EVIDENCE = "is evidence and stays when the row it names is purged"
REVISION = (
    "names a revision of the page, which goes with it; the two tables would wait for each other"
)
FREE = {
    "academics_promotion.last_mark_id": "is how far the numbers had come",
    "academics_result.department_id": COUNTED_BY,
    "academics_student_figures.department_id": COUNTED_BY,
    "academics_result_figures.term_id": COUNTED_BY,
    "academics_result_figures.department_id": COUNTED_BY,
    "academics_offering_figures.course_id": COUNTED_BY,
    "academics_offering_figures.offering_id": COUNTED_BY,
    "alumni_reference.subject_id": SAID_IN_WORDS,
    "audit_entry.actor_id": EVIDENCE,
    "audit_entry.request_id": NOT_OURS,
    "audit_subject.row_id": SAID_IN_WORDS,
    "careers_application.department_id": COUNTED_BY,
    "careers_placement_figures.department_id": COUNTED_BY,
    "coding_figure.class_id": COUNTED_BY,
    "coding_figure.department_id": COUNTED_BY,
    "coding_figure.platform_id": COUNTED_BY,
    "coding_group_total.department_id": COUNTED_BY,
    "coding_group_week.department_id": COUNTED_BY,
    "coding_rank_count.platform_id": COUNTED_BY,
    "coding_rank_count.scope_id": COUNTED_BY,
    "coding_season_place.department_id": COUNTED_BY,
    "core_export.job_id": "outlives the job, which is swept",
    "core_file.owner_id": "core stands below identity",
    "core_import.job_id": "outlives the job, which is swept",
    "core_mail.message_id": NOT_OURS,
    "core_search_document.subject_id": SAID_IN_WORDS,
    "core_search_term.subject_id": SAID_IN_WORDS,
    "events_check_in.by_id": EVIDENCE,
    "identity_login_challenge.public_id": NOT_OURS,
    "identity_own_data_copy.job_id": "outlives the job, which is swept",
    "identity_passkey.credential_id": NOT_OURS,
    "identity_passkey_ceremony.public_id": NOT_OURS,
    "identity_user.merged_into_id": EVIDENCE,
    "insights_report_share.department_id": COUNTED_BY,
    "materials_summary.job_id": "outlives the job, which is swept",
    "materials_upload.made_id": "names a row that may be purged before the upload is forgotten",
    "pages_page.latest_id": REVISION,
    "pages_page.published_id": REVISION,
    "pages_page.scheduled_id": REVISION,
    "relations_report.subject_id": SAID_IN_WORDS,
}
# Whatever people make and delete stays, hidden; tests/identity and the domains try the way back.
SOFT = {
    "identity_user",
    "academics_student",
    "academics_teacher",
    "alumni_member",
    "careers_job",
    "events_event",
}
ONCE = {
    "relations_follow": ("follower_id", "followed_id"),
    "community_department_follow": ("user_id", "department_id"),
    "community_skill_follow": ("user_id", "skill_id"),
    "careers_application": ("person_id", "job_id"),
    "events_registration": ("event_id", "user_id"),
}


def unstamped() -> set[str]:
    """Return tables of the network whose rows do not say who made them."""
    return {
        name
        for name, table in TABLES.items()
        if name.startswith(NETWORK) and not set(table.columns.keys()) >= STAMPS
    } - STAGED


@pytest.mark.feature("A63")
def test_every_column_that_names_a_row_is_a_foreign_key_or_says_why_not() -> None:
    free = {
        f"{name}.{column.name}"
        for name, table in TABLES.items()
        if name not in STAGED
        for column in table.columns
        if column.name.endswith("_id") and not column.foreign_keys
    }
    assert free - set(FREE) == set(), "these need a foreign key, or their reason"
    assert set(FREE) - free == set(), "these have one now"
    assert all(FREE.values())


@pytest.mark.feature("A63")
def test_every_foreign_key_says_what_happens_when_the_row_goes() -> None:
    for name, table in TABLES.items():
        for key in table.constraints:
            if isinstance(key, ForeignKeyConstraint):
                assert key.ondelete in {"CASCADE", "RESTRICT", "SET NULL"}, (name, key.name)
                nullable = all(column.nullable for column in key.columns)
                assert key.ondelete != "SET NULL" or nullable, (name, key.name)


@pytest.mark.feature("A63")
def test_no_table_of_the_network_keeps_a_list_in_a_text_or_repeats_a_column() -> None:
    """First normal form, as far as a name can tell; copies for sorting and rollups are named in the models."""
    numbered = [
        f"{name}.{column.name}"
        for name, table in TABLES.items()
        if name.startswith(NETWORK)
        for column in table.columns
        if (column.name[-1].isdigit() or column.name.endswith("_ids")) and column.name != "sha256"
    ]
    assert numbered == []
    assert all(table.primary_key.columns for table in TABLES.values())


@pytest.mark.feature("A65")
def test_every_row_of_the_network_says_when_and_by_whom() -> None:
    derived = {name for name in unstamped() if name.endswith(("_figures", "_term"))}
    assert unstamped() - derived == set(), "only what the database counts has no author"
    for name in TABLES.keys() - unstamped() - STAGED:
        table = TABLES[name]
        if name.startswith(NETWORK):
            assert not table.c.created_at.nullable, name
            assert not table.c.updated_at.nullable, name


@pytest.mark.feature("A65")
def test_people_jobs_and_events_are_hidden_and_not_thrown_away() -> None:
    for name in SOFT:
        column = TABLES[name].columns.get("deleted_at")
        assert column is not None, name
        assert column.nullable, name
        for rule in TABLES[name].constraints:
            if not isinstance(rule, UniqueConstraint):
                continue
            names = {column.name for column in rule.columns}
            if not names & {"user_id", "student_id"}:
                assert "live" in names, f"{name}: {names} would stay taken by what is deleted"


@pytest.mark.feature("A66")
@pytest.mark.parametrize("name", ONCE)
def test_a_pair_stands_once(name: str) -> None:
    pairs = [
        tuple(column.name for column in rule.columns)
        for rule in TABLES[name].constraints
        if isinstance(rule, UniqueConstraint)
    ]
    assert ONCE[name] in pairs


@pytest.mark.feature("A68")
def test_what_was_handed_in_is_kept_as_json() -> None:
    assert isinstance(TABLES["careers_application"].c.submitted_documents.type, JSON)


@pytest.mark.feature("C32")
def test_an_installation_is_one_institution() -> None:
    """No row says to which of several it belongs: figures, names and rights are those of the whole database."""
    words = ("tenant", "institution_id", "college_id", "organisation")
    named = [
        f"{name}.{column.name}"
        for name, table in TABLES.items()
        for column in table.columns
        if any(word in column.name for word in words)
    ]
    assert named == []
