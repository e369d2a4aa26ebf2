"""Where the pages of a table stand in LMDB's data file: version 0.9, 64 bit, little-endian, as `MDB_page`, `MDB_node` and
`MDB_db` in its mdb.c say."""

import dataclasses
import pathlib
import struct

HEAD = 16
BRANCH, LEAF, OVERFLOW = 0x01, 0x02, 0x04
BIG_DATA, SUB_DATA = 0x01, 0x02
NO_PAGE = 2**64 - 1


@dataclasses.dataclass
class Pages:
    """Page numbers by kind; the root is among them, first."""

    branch: list[int] = dataclasses.field(default_factory=list)
    leaf: list[int] = dataclasses.field(default_factory=list)
    # The first page of each value that has pages of its own.
    overflow: list[int] = dataclasses.field(default_factory=list)


class DataFile:
    def __init__(self, file: pathlib.Path):
        self.file = file
        self.content = file.read_bytes()
        self.page_bytes = self.number("<I", HEAD + 24)
        metas = [HEAD, self.page_bytes + HEAD]
        self.meta = max(metas, key=lambda meta: self.number("<Q", meta + 128))

    def number(self, form: str, offset: int) -> int:
        return struct.unpack_from(form, self.content, offset)[0]

    def page(self, number: int) -> bytes:
        return self.content[number * self.page_bytes:(number + 1) * self.page_bytes]

    def nodes(self, number: int):
        """Of each node: key, flags, what stands in place of the data's size, and the data where it is in the page."""
        page = self.page(number)
        flags, lower = struct.unpack_from("<HH", page, 10)
        for (start,) in struct.iter_unpack("<H", page[HEAD:lower]):
            low, high, node_flags, key_size = struct.unpack_from("<HHHH", page, start)
            key = page[start + 8:start + 8 + key_size]
            if flags & BRANCH:
                yield key, BRANCH, low | high << 16 | node_flags << 32, b""
            else:
                size = low | high << 16
                inside = 8 if node_flags & BIG_DATA else size
                yield key, node_flags, size, page[start + 8 + key_size:start + 8 + key_size + inside]

    def pages(self, table: str) -> Pages:
        found = Pages()
        for key, flags, _, data in self.leaf_nodes(self.number("<Q", self.meta + 112), Pages()):
            if key == table.encode() and flags & SUB_DATA:
                root = struct.unpack_from("<Q", data, 40)[0]
                if root != NO_PAGE:
                    for _ in self.leaf_nodes(root, found):
                        pass
                return found
        raise AssertionError(f"there is no table {table}")

    def leaf_nodes(self, number: int, found: Pages):
        flags = struct.unpack_from("<H", self.page(number), 10)[0]
        if flags & BRANCH:
            found.branch.append(number)
            for _, _, child, _ in self.nodes(number):
                yield from self.leaf_nodes(child, found)
            return
        assert flags & LEAF, f"page {number} has flags {flags:#x}"
        found.leaf.append(number)
        for node in self.nodes(number):
            if node[1] & BIG_DATA:
                found.overflow.append(struct.unpack("<Q", node[3])[0])
            yield node
