"""What the API answers about materials."""

from __future__ import annotations

from quad.materials.models.materials import MaterialKind, VersionState
from quad.web.api import Moment, Out, WireId


class MaterialBrief(Out):
    """A material in a list."""

    id: WireId
    title: str
    kind: MaterialKind
    course_id: WireId
    course: str
    offering_id: WireId | None
    section_id: WireId | None
    hidden: bool
    visible_at: Moment | None
    file: str | None
    size: int | None
    url: str
    readers: int
    created_at: Moment


class MaterialInSection(Out):
    """A material where it stands in its course. `content` is the address of its file, null for a link.

    `seconds` and `length` tell where one's own listening stopped.
    """

    id: WireId
    title: str
    kind: MaterialKind
    about: str
    url: str
    hidden: bool
    visible_at: Moment | None
    file: str | None
    size: int | None
    media_type: str | None
    state: VersionState | None
    content: str | None
    opened_at: Moment | None
    seconds: int | None
    length: int | None
    readers: int
    version: int


class MaterialGroup(Out):
    """A section with its materials; without a number those that stand in none."""

    section_id: WireId | None
    title: str
    offering_id: WireId | None
    offering: str
    hidden: bool
    visible_at: Moment | None
    materials: list[MaterialInSection]


class CaptionOut(Out):
    id: WireId
    language: str
    file: str


class MaterialOut(MaterialInSection):
    """One material. `preview` is a Word document as clean HTML, null while it is being made."""

    course_id: WireId
    course: str
    offering_id: WireId | None
    offering: str
    section_id: WireId | None
    section: str | None
    added_by: str | None
    created_at: Moment
    updated_at: Moment
    captions: list[CaptionOut]
    preview: str | None
    may_manage: bool


class MaterialVersionOut(Out):
    id: WireId
    number: int
    current: bool
    name: str
    size: int
    media_type: str
    created_at: Moment
    by: str | None
    content: str


class SectionOut(Out):
    id: WireId
    course_id: WireId
    offering_id: WireId | None
    title: str
    position: int
    hidden: bool
    visible_at: Moment | None
    version: int


class UploadOut(Out):
    """An upload under way: go on with `PUT …?offset=<received>`. `piece` is a good size of a piece.

    Where the files lie in an S3 store, `put_url` is an address for the whole file at once: PUT it there without further
    headers, beginning before `put_until`, then finish. It is null in lists, in other stores, and once pieces came.
    """

    key: str
    name: str
    size: int
    received: int
    piece: int
    offering_id: WireId | None
    section_id: WireId | None
    material_id: WireId | None
    expires_at: Moment
    put_url: str | None
    put_until: Moment | None


class ReaderOut(Out):
    """Somebody who agreed to be named."""

    name: str
    student_id: WireId | None
    register_number: str | None
    times: int
    last_at: Moment
    seconds: int
    length: int


class ReadersOut(Out):
    """How many have opened a material, of how many who could; by name those who agreed."""

    opened: int
    could: int
    unnamed: int
    named: list[ReaderOut]


class DeletedMaterial(Out):
    id: WireId
    title: str
    deleted_at: Moment


class DeletedMaterials(Out):
    sections: list[DeletedMaterial]
    materials: list[DeletedMaterial]


class ReaderChoiceOut(Out):
    by_name: bool


class MaterialTextPart(Out):
    """One page of a text; `page` is null where a document has no pages. `place` counts from 1."""

    place: int
    page: int | None
    text: str


class MaterialTextOut(Out):
    """What could be read of a document. `total` is null until it was read, `next` is where to go on with `?start=`."""

    material_id: WireId
    title: str
    total: int | None
    words: int | None
    problem: str
    parts: list[MaterialTextPart]
    next: int | None


class MaterialHit(Out):
    """A material found by its title, or a page of it with the words around what was asked."""

    material_id: WireId
    title: str
    kind: MaterialKind
    page: int | None
    excerpt: str
