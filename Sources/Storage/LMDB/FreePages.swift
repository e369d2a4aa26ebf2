/// A walk through the table of free pages.
private struct FreeWalk {
    /// Pages that are not in the file, and that no list has named yet.
    var missing: Set<UInt64>
    /// How many pages may still be read. A sound table has each but once; without this a damaged one, of which a page
    /// names itself, would be walked for ever.
    var pagesLeft: UInt64

    /// False where there are none left.
    mutating func takes(_ pages: Int) -> Bool {
        guard UInt64(pages) <= pagesLeft else { return false }
        pagesLeft -= UInt64(pages)
        return true
    }
}

extension DataFile {
    private static let branchFlag: UInt16 = 0x01
    private static let leafFlag: UInt16 = 0x02
    private static let overflowFlag: UInt16 = 0x04
    /// A value that is too large for its leaf and lies in pages of its own.
    private static let bigData: UInt16 = 0x01
    private static let pageHead = 16
    private static let nodeHead = 8
    /// Deeper than any tree of 64-bit page numbers.
    private static let deepest = 32

    /// Whether every page that is counted and not there is a free one, which will be written before it is read.
    borrowing func endsInFreePages(_ meta: Meta) -> Bool {
        let present = UInt64(byteCount / meta.pageBytes)
        // More than this is no trailing page let go but a file cut short; it also bounds what is read.
        let most: UInt64 = 65_536
        guard meta.lastPage >= present, meta.lastPage - present < most, let root = meta.freeRoot else { return false }
        var walk = FreeWalk(missing: Set(present...meta.lastPage), pagesLeft: meta.lastPage)
        guard removeFree(of: root, meta, &walk, depth: 0) else { return false }
        return walk.missing.isEmpty
    }

    /// Takes from what is missing what the table of free pages lists. False where a page of the table itself is missing
    /// or odd.
    private borrowing func removeFree(of number: UInt64, _ meta: Meta, _ walk: inout FreeWalk, depth: Int) -> Bool {
        guard depth < Self.deepest, number <= meta.lastPage, walk.takes(1),
            let page = read(at: Int(number) * meta.pageBytes, count: meta.pageBytes)
        else { return false }
        let lower = Int(page[12] as UInt16)
        guard lower >= Self.pageHead, lower <= meta.pageBytes else { return false }
        for pointer in stride(from: Self.pageHead, to: lower, by: 2) {
            let node = Int(page[pointer] as UInt16)
            guard node >= lower, node + Self.nodeHead <= meta.pageBytes else { return false }
            let low = UInt64(page[node] as UInt16) | UInt64(page[node + 2] as UInt16) << 16
            let flags: UInt16 = page[node + 4]
            if page.flags & Self.branchFlag != 0 {
                guard removeFree(of: low | UInt64(flags) << 32, meta, &walk, depth: depth + 1) else { return false }
            } else {
                guard page.flags & Self.leafFlag != 0 else { return false }
                let data = node + Self.nodeHead + Int(page[node + 6] as UInt16)
                guard removeFree(listedAt: data, count: Int(low), flags, page, meta, &walk) else { return false }
            }
        }
        return true
    }

    /// One value of the table: how many pages, then their numbers, 8 bytes each.
    private borrowing func removeFree(
        listedAt data: Int, count: Int, _ flags: UInt16, _ page: FilePage, _ meta: Meta, _ walk: inout FreeWalk
    ) -> Bool {
        var list = page
        var start = data
        if flags & Self.bigData != 0 {
            guard data + 8 <= meta.pageBytes else { return false }
            let number: UInt64 = page[data]
            guard number <= meta.lastPage, walk.takes(1 + (Self.pageHead + count) / meta.pageBytes),
                let overflow = read(at: Int(number) * meta.pageBytes, count: Self.pageHead + count),
                overflow.flags & Self.overflowFlag != 0
            else { return false }
            list = overflow
            start = Self.pageHead
        }
        guard count >= 8, start + count <= list.bytes.count else { return false }
        let entries: UInt64 = list[start]
        guard entries <= UInt64(count / 8 - 1) else { return false }
        for index in 0..<Int(entries) { walk.missing.remove(list[start + 8 * (index + 1)]) }
        return true
    }
}
