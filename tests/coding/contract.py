"""What an existing client of the coding API relies on: names and types of fields, the envelope, the error body."""

from __future__ import annotations

TEXT, WHOLE, NUMBER, YES_NO = "text", "whole", "number", "yes/no"
KINDS = {
    TEXT: lambda value: isinstance(value, str),
    WHOLE: lambda value: type(value) is int,
    NUMBER: lambda value: type(value) in (int, float),
    YES_NO: lambda value: isinstance(value, bool),
}
ACCOUNT = {
    "id": TEXT,
    "student_id": TEXT,
    "platform_name": TEXT,
    "username": TEXT,
    "profile_url?": TEXT,
    "is_active": YES_NO,
    "created_at": TEXT,
}
SNAPSHOT = {
    "id": TEXT,
    "platform_account_id": TEXT,
    "total_solved": WHOLE,
    "contest_rating?": WHOLE,
    "global_rank?": WHOLE,
    "snapshot_date": TEXT,
    "created_at": TEXT,
    "status": TEXT,
    "reviewed_by?": TEXT,
    "reviewed_at?": TEXT,
    "remarks?": TEXT,
}
SUMMARY = {
    "student_info": {
        "student_id": TEXT,
        "full_name": TEXT,
        "email": TEXT,
        "register_number": TEXT,
        "admission_year": WHOLE,
        "department_name?": TEXT,
    },
    "platform_summary": [
        {
            "platform_account_id": TEXT,
            "platform_name": TEXT,
            "username": TEXT,
            "latest_total_solved": WHOLE,
            "latest_rating": WHOLE,
            "last_snapshot_date?": TEXT,
            "total_growth": WHOLE,
            "growth_percentage": NUMBER,
        }
    ],
    "overall_aggregation": {
        "total_platforms_linked": WHOLE,
        "overall_total_solved": WHOLE,
        "overall_rating_average": NUMBER,
        "overall_growth": WHOLE,
    },
}
GROWTH = {
    "platform_account_id": TEXT,
    "latest_snapshot_date": TEXT,
    "previous_snapshot_date": TEXT,
    "latest_total_solved": WHOLE,
    "previous_total_solved": WHOLE,
    "total_growth": WHOLE,
    "growth_percentage": NUMBER,
    "latest_rating?": WHOLE,
    "previous_rating?": WHOLE,
    "rating_growth?": WHOLE,
}
INSTITUTION = {
    "total_students": WHOLE,
    "total_departments": WHOLE,
    "total_linked_platforms": WHOLE,
    "total_problems_solved": WHOLE,
    "average_rating": NUMBER,
    "total_growth": WHOLE,
}
DEPARTMENT = {
    "department_id": TEXT,
    "department_name": TEXT,
    "total_students": WHOLE,
    "total_solved": WHOLE,
}
TOP = {
    "rank": WHOLE,
    "student_id": TEXT,
    "full_name": TEXT,
    "department_name?": TEXT,
    "total_solved": WHOLE,
    "average_rating": NUMBER,
}
AT_RISK = {
    "student_id": TEXT,
    "full_name": TEXT,
    "department_name": TEXT,
    "growth": WHOLE,
    "last_snapshot_date": TEXT,
    "reason": TEXT,
}
DEPARTMENT_BOARD = {
    "department_id": TEXT,
    "department_name": TEXT,
    "total_students": WHOLE,
    "leaderboard": [{"rank": WHOLE, "student_id": TEXT, "full_name": TEXT, "total_solved": WHOLE}],
}
PLACE = {
    "rank": WHOLE,
    "student_id": TEXT,
    "full_name": TEXT,
    "department_name?": TEXT,
    "total_solved": WHOLE,
    "rating?": NUMBER,
    "growth": WHOLE,
    "value": NUMBER,
}
BOARD = {"leaderboard": [PLACE], "neighbours": [PLACE]}
ADVISED = {
    "student_id": TEXT,
    "full_name": TEXT,
    "department_name?": TEXT,
    "total_solved": WHOLE,
    "growth": WHOLE,
    "last_active_date": TEXT,
}
COUNSELLOR = {
    "department_name": TEXT,
    "total_students": WHOLE,
    "total_solved": WHOLE,
    "average_growth": NUMBER,
    "at_risk_count": WHOLE,
}
COUNSELLED = {
    "student_id": TEXT,
    "full_name": TEXT,
    "register_number": TEXT,
    "total_solved": WHOLE,
    "growth": WHOLE,
    "last_active": TEXT,
    "is_risk": YES_NO,
}
COUNSELLED_RISK = {
    "student_id": TEXT,
    "full_name": TEXT,
    "total_solved": WHOLE,
    "growth": WHOLE,
    "last_active": TEXT,
    "reason": TEXT,
}
PENDING = {
    "snapshot_id": TEXT,
    "student_name": TEXT,
    "register_number": TEXT,
    "platform_name": TEXT,
    "username": TEXT,
    "total_solved": WHOLE,
    "contest_rating?": WHOLE,
    "snapshot_date": TEXT,
    "submitted_at": TEXT,
}


def fits(shape, value, where="data"):
    """Check every promised field; a name ending in `?` may be null, but must be there."""
    if isinstance(shape, str):
        assert KINDS[shape](value), f"{where} is {value!r}, not {shape}"
    elif isinstance(shape, list):
        assert isinstance(value, list)
        assert value, f"{where} is empty, so it shows nothing"
        for each in value:
            fits(shape[0], each, f"{where}[]")
    else:
        for name, inner in shape.items():
            key = name.removesuffix("?")
            assert key in value, f"{where}.{key} is missing"
            if not (name.endswith("?") and value[key] is None):
                fits(inner, value[key], f"{where}.{key}")


def ok(answer, shape=None, status=200, message=None):
    assert answer.status_code == status, answer.text
    assert answer.json["success"] is True
    assert isinstance(answer.json["message"], str)
    if message:
        assert answer.json["message"] == message
    if shape is not None:
        fits(shape, answer.json["data"])
    return answer.json["data"]


def refused(answer, status, sentence=None):
    assert answer.status_code == status, answer.text
    assert answer.json["success"] is False
    assert answer.json["error"]
    if sentence is not None:
        assert sentence in answer.json["error"]
