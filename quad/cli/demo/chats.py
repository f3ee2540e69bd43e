"""What people of the demo college write to each other: who with whom, and what was said when.

Each line is (hours ago, who, words); "me" is the visitors' student.
"""

from __future__ import annotations

from dataclasses import dataclass

Line = tuple[float, str, str]


@dataclass(frozen=True)
class Chat:
    """A conversation of two mailboxes. `unread` of the last lines are not read yet."""

    one: str
    other: str
    lines: tuple[Line, ...]
    unread: int = 0


STAR = "me"
CLASSMATE = "classmate"
CHATS = (
    Chat(
        STAR,
        "alumnus",
        (
            (
                98,
                "alumnus",
                "Hi, thanks for signing up for the talk. What would you like to hear about?",
            ),
            (
                97,
                STAR,
                "How a payment is retried when the bank does not answer. In our course we stop at two-phase commit, "
                "and I doubt that is how it works at your size.",
            ),
            (
                24,
                "alumnus",
                "You doubt well. Short answer: idempotency keys, and a ledger that only ever adds rows.",
            ),
            (24, "alumnus", "I will draw it on Friday."),
            (
                22,
                STAR,
                "Two questions stayed: who decides that a retry is over, and what does the customer see in between?",
            ),
            (
                3,
                "alumnus",
                "Friday works. Bring your questions, I will keep ten minutes after the talk.",
            ),
            (2.5, STAR, "Thank you! See you on Friday."),
        ),
    ),
    Chat(
        STAR,
        "cse1",
        (
            (
                50,
                STAR,
                "Good morning, may I change my project partner? We agreed on it, both of us.",
            ),
            (4, "cse1", "Yes, if both of you write it in a request."),
            (3.9, "cse1", "Please come by before the internal, the room is 214."),
        ),
        unread=2,
    ),
    Chat(
        STAR,
        CLASSMATE,
        (
            (30, CLASSMATE, "How many problems did you solve this week?"),
            (29, STAR, "Nine. Most of them easy."),
            (28.5, CLASSMATE, "4 medium ones, and I am past you 😄"),
            (28, STAR, "Until Sunday."),
        ),
    ),
    Chat(
        STAR,
        "cse2",
        (
            (
                120,
                "cse2",
                "Your answer to question 3 was the best of the class. Would you explain it on Monday?",
            ),
            (119, STAR, "Gladly. On the board or with slides?"),
            (118, "cse2", "On the board. Five minutes."),
        ),
    ),
    Chat(
        "placement",
        STAR,
        (
            (
                8,
                "placement",
                "The drive on Thursday begins at nine. Please bring two copies of your CV.",
            ),
        ),
        unread=1,
    ),
    Chat(
        "cse1",
        "cse2",
        (
            (26, "cse1", "Could you take my class on Wednesday? I am at the board."),
            (25, "cse2", "Of course. Which chapter?"),
            (1, "cse1", "Normal forms, the second half."),
        ),
        unread=1,
    ),
)
REQUEST = "Hello, I am in the first year and saw your talk. May I ask how you began with competitive programming?"
