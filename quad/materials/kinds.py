"""What sorts of materials there are: their files, words and icons."""

from __future__ import annotations

from datetime import datetime

from quad.core import clock
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.uploads import DOCX, JPEG, MP3, MP4, PDF, PNG, PPTX, WEBP, Kind
from quad.materials.models.materials import MaterialKind

# The name under which materials are found.
FOUND = "materials.material"
KINDS: dict[MaterialKind, tuple[Kind, ...]] = {
    MaterialKind.PDF: (PDF,),
    MaterialKind.DOCX: (DOCX,),
    MaterialKind.PPTX: (PPTX,),
    MaterialKind.AUDIO: (MP3,),
    MaterialKind.VIDEO: (MP4,),
    MaterialKind.IMAGE: (PNG, JPEG, WEBP),
}
WORDS: dict[MaterialKind, str] = {
    MaterialKind.PDF: _l("PDF"),
    MaterialKind.DOCX: _l("Word document"),
    MaterialKind.PPTX: _l("Slides"),
    MaterialKind.AUDIO: _l("Audio"),
    MaterialKind.VIDEO: _l("Video"),
    MaterialKind.IMAGE: _l("Picture"),
    MaterialKind.LINK: _l("Link"),
}
ICONS: dict[MaterialKind, str] = {
    MaterialKind.PDF: "file-type-pdf",
    MaterialKind.DOCX: "file-text",
    MaterialKind.PPTX: "presentation",
    MaterialKind.AUDIO: "headphones",
    MaterialKind.VIDEO: "movie",
    MaterialKind.IMAGE: "photo",
    MaterialKind.LINK: "link",
}
RECORDINGS = (MaterialKind.AUDIO, MaterialKind.VIDEO)

_BY_TYPE = {kind.media_type: name for name, kinds in KINDS.items() for kind in kinds}


def kind_of(media_type: str) -> MaterialKind:
    """Return what sort of material a file of this media type is. Raises KeyError."""
    return _BY_TYPE[media_type]


def not_yet(moment: datetime | None) -> bool:
    """Tell whether a day from which something is seen is still to come."""
    return moment is not None and moment > clock.now()


def offering_words(term: str | None, section: str | None) -> str:
    """Name an offering beside its course; nothing for what belongs to the whole course."""
    if term is None or section is None:
        return ""
    return _("%(term)s, section %(section)s", term=term, section=section)
