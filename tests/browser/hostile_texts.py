"""Texts that would like to be scripts, and a database in which every text that people write is one of them.

A column is taken for written by people unless `MACHINE` names it: a new column is hostile by itself.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import JSON, Column, Connection, Enum, String, Table, text

from quad.core.db.engine import Database
from quad.core.db.model import Model

MARK = "planted"  # the attribute of every element that must never be one
ELSEWHERE = "elsewhere.example"  # nothing may be loaded from there
PRODUCT = "94011"  # what a template would make of `31337*3`
RUN = "alert(1)"
TEXTS = (
    f"<script {MARK}>{RUN}</script>",
    f"<img {MARK} src=/nowhere.png onerror={RUN}>",
    f"<svg {MARK} onload={RUN}><script {MARK}>{RUN}</script><a xlink:href=javascript:{RUN}>s</a></svg>",
    f"<math {MARK}><mtext onmouseover={RUN}>m</mtext></math>",
    f'<a {MARK} href="javascript:{RUN}">a</a>',
    f'<iframe {MARK} srcdoc="<script>{RUN}</script>"></iframe>',
    f"<form {MARK} action=javascript:{RUN}><button {MARK} formaction=javascript:{RUN}>f</button></form>",
    f'<b {MARK} x-data x-init="{RUN}" @click="{RUN}" x-html="1" :title="1">alpine</b>',
    f'<b {MARK} hx-get="/logout" hx-trigger="load" hx-on:load="{RUN}">htmx</b>',
    f"<style {MARK}>body{{display:none}}</style><p {MARK} style=position:fixed>style</p>",
    f"<base {MARK} href=//{ELSEWHERE}><meta {MARK} http-equiv=refresh content='0;url=//{ELSEWHERE}'>",
    f'" {MARK} onmouseover="{RUN}" autofocus onfocus="{RUN}" x="',
    f"' {MARK} onmouseover='{RUN}' x='",
    f"` {MARK} onmouseover={RUN} `",
    f"</textarea></title></script></style></option></select><img {MARK} src=x onerror={RUN}>",
    f"--><img {MARK} src=x onerror={RUN}>]]><img {MARK} src=x onerror={RUN}>",
    "{{ 31337*3 }} ${31337*3} #{31337*3} {% print(31337*3) %}",
    f"[l](javascript:{RUN}) [l](JaVaScRiPt:{RUN}) [l](java&#115;cript:{RUN}) [l](&#1;javascript:{RUN})",
    f"[l](<java\tscript:{RUN}>) [l](data:text/html,<script>{RUN}</script>) [l](vbscript:x)",
    f'<javascript:{RUN}> [l](https://a.example "t\\" {MARK} onmouseover={RUN}") [l][ref]',
    f'![p](https://{ELSEWHERE}/p.png) ![p](x"onerror="{RUN}) [l](/logout "hx-get") @"{MARK}',
    f"\uff1cscript {MARK}\uff1e{RUN}\uff1c/script\uff1e \u2028{RUN}\u2029 \u202etpircs\u202c \ufeff",
    f'=HYPERLINK("https://{ELSEWHERE}","x")',
)
LINE = " ".join(TEXTS)
LINES = "\n\n".join((*TEXTS, f"[ref]: javascript:{RUN}"))
ADDRESS = f'https://a.example/?"{MARK}=1&<img {MARK} src=x onerror={RUN}>'

# Columns that people do not write, or that stand for more than their words.
MACHINE = (
    *(
        "*.*key",
        "*_hash",
        "*.sha256",
        "*.hash",
        "*.mac",
        "*.fingerprint",
        "*.kind",
        "*.template",
        "*.language",
    ),
    *(
        "*.zone",
        "*.list_name",
        "*.subject_type",
        "*.lane",
        "*.lease_token",
        "*.message_id",
        "*.currency",
        "*.slug",
    ),
    *(
        "identity_user.email_as_typed",
        "*.serial",
        "*.icon",
        "*.role",
        "*.working_role",
        "*.ip",
        "*.last_used_ip",
        "*.platform",
        "*.public_id",
    ),
    *(
        "*.media_type",
        "*.trouble",
        "*_currency",
        "*.provider",
        "*.file_format",
        "*.basis",
        "*.standing",
    ),
    *(
        "academics_student_figures.status",
        "audience_term.word",
        "audit_entry.action",
        "audit_entry.request_id",
    ),
    *("coding_account.proof_code", "coding_account_proof.method", "coding_platform.handle_pattern"),
    *("coding_follow_up.task", "careers_placement_figures.stage", "community_mention.word"),
    *(
        "core_export.question",
        "core_job.*",
        "core_lock.*",
        "core_tally.*",
        "core_slot.*",
        "core_search_term.*",
    ),
    *("core_search_document.url", "core_search_document.words", "core_saved_search.address"),
    *("core_mail.address", "core_mail.sender", "core_mail.headers", "core_list_columns.*"),
    # Drawn by templates of ours; test_the_page_of_a_mail looks at one that holds hostile names.
    "core_mail.body_html",
    # Cleaned when it was made from a file: tests/core/test_hostile_files.py.
    "materials_preview.html",
    *("events_registration.code", "identity_account_link.address", "identity_external.*"),
    *("identity_login_challenge.*", "identity_oidc_flow.*", "identity_passkey_ceremony.*"),
    *(
        "identity_passkey.credential_id",
        "identity_passkey.user_handle",
        "identity_passkey.transports",
    ),
    *(
        "identity_personal_token.tail",
        "identity_personal_token.scopes",
        "identity_totp.*",
        "identity_user.photo",
    ),
    *(
        "insights_saved_report.source",
        "insights_saved_report.definition",
        "institution_staged_term.one_current",
    ),
    *(
        "notifications_*.url",
        "relations_report.url",
        "skills_proof.reference",
        "academics_scenario.guesses",
    ),
    *("materials_summary.model", "materials_summary_use.model", "academics_attendance_rule.steps"),
    *(
        "academics_document_batch.*",
        "academics_promotion.rule",
        "core_import.columns",
        "core_import_column.field",
    ),
    *(
        "core_live_event.*",
        "coding_account_sync.kept",
        "coding_snapshot.flags",
        "core_export.fixed",
    ),
)
ADDRESSES = (
    *(
        "alumni_achievement.link",
        "coding_platform.profile_url",
        "events_event.online_link",
        "materials_material.url",
    ),
    "identity_profile.links",
)
# In structured data: what reads like words, not the names of choices, moments or addresses.
WORDS = re.compile(r"(?=.*[A-Z ])[^\W\d].*", re.DOTALL)


def is_machine(column: Column[Any]) -> bool:
    """Tell whether a column is none that people write words into."""
    if column.primary_key or column.foreign_keys or column.computed is not None:
        return True
    kind = column.type
    if isinstance(kind, Enum) or not isinstance(kind, String | JSON):
        return True
    return any(fnmatchcase(f"{column.table.name}.{column.name}", each) for each in MACHINE)


def hostile(column: Column[Any], old: Any, row: int) -> Any:
    """Return what stands in a column from now on: what stood there, so that rows still differ, and all of `TEXTS`."""
    if f"{column.table.name}.{column.name}" in ADDRESSES:
        return [ADDRESS] if isinstance(column.type, JSON) else ADDRESS
    if isinstance(column.type, JSON):
        return _within(old)
    longest = column.type.length if isinstance(column.type, String) else None
    words = LINES if (longest or 10_000) > 1_000 else LINE
    return f"{old} {words}" if old else f"{words} {row}"


def _within(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _within(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_within(value) for value in data]
    return f"{data} {LINE}" if isinstance(data, str) and WORDS.fullmatch(data) else data


def plant(database: Database) -> int:
    """Make every text in a SQLite database that people write hostile; return how many columns that are."""
    columns = 0
    with database.engine.connect() as connection:
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        for table in Model.metadata.sorted_tables:
            written = [column for column in table.columns if not is_machine(column)]
            columns += len(written)
            if written:
                _change(connection, table, written)
        connection.commit()
    return columns


def _change(connection: Connection, table: Table, written: list[Column[Any]]) -> None:
    for number, row in enumerate(connection.execute(table.select()).mappings().all(), start=1):
        place = [column == row[column] for column in table.primary_key]
        values = {column: hostile(column, row[column], number) for column in written}
        connection.execute(table.update().where(*place).values(values))
