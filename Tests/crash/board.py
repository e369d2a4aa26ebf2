"""Figures that several processes share through a mapped file, without waiting for each other."""

import mmap
import pathlib
import struct


class Board:
    """One column of figures a process, which alone writes it; and whether all shall end."""

    FIGURES = ("tries", "finished", "refused")
    _WORD = struct.Struct("=Q")
    _COLUMN = len(FIGURES) * _WORD.size

    def __init__(self, file: pathlib.Path, columns: int, column: int | None = None):
        size = self._WORD.size + columns * self._COLUMN
        if column is None:
            file.write_bytes(bytes(size))
        with open(file, "r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), size)
        self._columns = columns
        self._column = column

    @property
    def is_over(self) -> bool:
        return self._map[0] != 0

    def end(self):
        self._map[0] = 1

    def add(self, figure: str):
        place = self._place(self._column, figure)
        self._WORD.pack_into(self._map, place, self._WORD.unpack_from(self._map, place)[0] + 1)

    def total(self, figure: str) -> int:
        return sum(
            self._WORD.unpack_from(self._map, self._place(column, figure))[0] for column in range(self._columns))

    def _place(self, column: int, figure: str) -> int:
        return self._WORD.size + column * self._COLUMN + self.FIGURES.index(figure) * self._WORD.size
