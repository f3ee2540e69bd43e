"""Invented people: given and family names that belong together, from many places and in many scripts."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Culture:
    """Names of one place. `weight` is how often it comes; `joined` writes family and given name as one word."""

    weight: int
    given: tuple[str, ...]
    family: tuple[str, ...]
    joined: bool = False


def _of(weight: int, given: str, family: str, *, joined: bool = False) -> Culture:
    return Culture(weight, tuple(given.split()), tuple(family.split()), joined)


CULTURES = (
    _of(
        34,
        "Aarav Aditi Ananya Arjun Bhavesh Chaitra Deepa Devansh Divya Eshwar Gauri Harini Ishaan Jyothi Kavya Kiran"
        " Lakshmi Manoj Meera Mohan Nikhil Nandini Omkar Pooja Priya Rahul Rekha Rohan Sanjay Shreya Sunita Tejas Uma"
        " Varun Vikram Yamini",
        "Agarwal Bhat Das Gowda Hegde Iyer Jain Joshi Kulkarni Kumar Mehta Menon Nair Patel Patil Pillai Prasad Ramesh"
        " Rao Reddy Saxena Sharma Shetty Verma",
    ),
    _of(
        8,
        "Aisha Bilal Farah Fatima Imran Kabir Nadia Noor Omar Rukhsar Samira Tariq Yusuf Zara",
        "Ahmed Begum Hussain Ibrahim Khan Quadri Rahman Sait Siddiqui",
    ),
    _of(5, "Gurpreet Harleen Jaspreet Manpreet Simran", "Bedi Gill Kaur Sandhu Singh"),
    _of(5, "Asha Joel Melvin Reena Sheryl Wilson", "D'Souza Fernandes Lobo Pereira Pinto"),
    _of(5, "Banlam Dolma Karma Lhamo Pema Tenzin", "Dorji Lyngdoh Marak Sangma Tshering Wangchuk"),
    _of(5, "Anirban Moushumi Rittika Sourav Tithi", "Banerjee Chowdhury Ghosh Mukherjee Sen"),
    _of(4, "আনন্যা তিথি রাহুল সৌরভ", "ঘোষ চক্রবর্তী দাস সেন"),
    _of(4, "ಆನಂದ ಕಾವ್ಯ ಚೈತ್ರ ಮಂಜುನಾಥ ಸುಮಾ", "ಗೌಡ ಭಟ್ ರಾವ್ ಶೆಟ್ಟಿ ಹೆಗಡೆ"),
    _of(3, "अदिति कबीर मीरा रोहन सुनीता", "जोशी मिश्रा यादव शर्मा सिंह"),
    _of(3, "கவிதா செல்வன் நிலா முருகன்", "இளங்கோவன் ராமசாமி வேலுசாமி"),
    _of(3, "Amara Chidi Emeka Ngozi Zainab", "Adeyemi Bello Okafor Okonkwo"),
    _of(2, "Juma Makena Otieno Wanjiru", "Kamau Mwangi Njoroge Odhiambo"),
    _of(2, "Abeba Dawit Selam Yonas", "Bekele Girma Tadesse"),
    _of(3, "Camila Diego Inés José Lucía Mateo", "Castro García Muñoz Peña Vargas"),
    _of(2, "Beatriz João Luíza Rafael", "Almeida Conceição Magalhães Silva"),
    _of(2, "Anton Jana Jürgen Zoë", "Krüger Müller Schäfer Weiß"),
    _of(2, "Agnieszka Łukasz Michał Zofia", "Kowalski Nowak Wiśniewska Żak"),
    _of(2, "Åsa Ingrid Lars Søren", "Ångström Lindqvist Møller Østergaard"),
    _of(2, "Ayşe Cem Deniz İpek", "Çelik Şahin Yılmaz Öztürk"),
    _of(2, "Chiara Giulia Luca Niccolò", "Bianchi Ferrari Rossi"),
    _of(2, "Aoife Ciarán Niamh Seán", "Byrne Ní-Bhriain O'Neill O’Sullivan"),
    _of(2, "Анна Дмитрий Ольга Юрий", "Иваненко Коваленко Мельник Шевчук"),
    _of(1, "Ελένη Γιώργος Σοφία", "Παπαδάκης Νικολάου Οικονόμου"),
    _of(2, "أمل خالد ليلى يوسف", "الحداد النجار حسن منصور"),
    _of(1, "נועה איתן תמר", "ברק כהן לוי"),
    _of(2, "آرش شیرین نسرین", "رضایی کریمی مرادی"),
    _of(3, "Anh Đức Hương Linh Quỳnh", "Đặng Nguyễn Phạm Trần"),
    _of(3, "小明 芳 建国 思远 雨桐", "王 李 张 陈 欧阳", joined=True),
    _of(2, "さくら 大翔 陽菜 健太", "佐藤 田中 渡辺 高橋", joined=True),
    _of(2, "민준 서연 지우 하은", "김 박 이 최", joined=True),
    _of(1, "กานดา ณัฐ สมชาย", "ใจดี ศรีสุข วงศ์ทอง"),
    _of(2, "Hana Hiroshi Mei Wei", "Kim Li Tanaka Wu"),
)
_WEIGHTS = [culture.weight for culture in CULTURES]


def someone_else(chance: Random, known: set[str]) -> str:
    """Return a name that nobody in `known` has, and add it there."""
    while True:
        culture = chance.choices(CULTURES, _WEIGHTS)[0]
        name = _name(culture, chance.choice(culture.given), chance)
        if name in known:
            # Where a culture's names run out, a second given name tells two people apart.
            given = " " * (not culture.joined)
            name = _name(culture, given.join(chance.sample(culture.given, 2)), chance)
        if name not in known:
            known.add(name)
            return name


def _name(culture: Culture, given: str, chance: Random) -> str:
    family = chance.choice(culture.family)
    return f"{family}{given}" if culture.joined else f"{given} {family}"
