from __future__ import annotations

import pytest

from quad.identity.service.passwords import weakness

WHO = {"email": "meera.fernandes@nvit.example", "name": "Meera Fernandes"}


@pytest.mark.feature("L8")
@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short 7", "at least 8 characters"),
        ("password", "first passwords"),
        ("12345678", "first passwords"),
        ("aaaaaaaaaa", "Repetitions"),
        ("19871988", "guessed quickly"),
        ("meera.fernandes@nvit.example", "your name or your e-mail"),
        ("MeeraFernandes", "your name or your e-mail"),
        ("meera fernandes", "your name or your e-mail"),
        ("fernandes", "too close to your name"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason_in_words(password, says):
    assert says in (weakness(password, **WHO) or "")


@pytest.mark.parametrize(
    "password",
    [
        "plum harbour violet 9",
        "пароль гавань слива",
        "x" * 4 + "Zq8!vR" * 60,
        "  leading and trailing  ",
    ],
)
def test_a_good_password_is_taken_whatever_its_characters(password):
    assert weakness(password, **WHO) is None
