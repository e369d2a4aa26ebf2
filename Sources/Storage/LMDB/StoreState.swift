import CLMDB

/// Whether a store takes new work, and if not, why. What ends a run is taken in every state but the last.
package enum StoreState: String, Sendable, CaseIterable {
    case writable
    /// The disk has less room than the reserve.
    case diskNearlyFull = "disk_nearly_full"
    /// The map has; only a larger one, at the next start, helps.
    case mapNearlyFull = "map_nearly_full"
    /// A change that must not be lost could not be written: it is in memory, and tried again.
    case behind
    /// The same, for want of room in the map: only a larger one, at the next start, helps.
    case behindFullMap = "behind_full_map"
    /// LMDB met a fault after which it writes nothing more until the process starts anew.
    case broken

    /// How a store stands that is behind.
    /// - Parameter obstacle: LMDB's or errno's code.
    init(behind obstacle: Int32) { self = obstacle == MDB_MAP_FULL ? .behindFullMap : .behind }

    package var takesNewWork: Bool { self == .writable }

    /// For people: what is wrong and what mends it.
    package var explanation: StaticString {
        switch self {
        case .writable: "it takes changes"
        case .diskNearlyFull: "the disk has less room than ledger.disk_reserve_bytes: free some"
        case .mapNearlyFull: "the map is nearly full: set a larger map_bytes and restart"
        case .behind: "settles could not be written and wait in memory: see to the disk; do not kill the process"
        case .behindFullMap:
            "the map is full and settles wait in memory: set a larger map_bytes and restart; they end as interrupted"
        case .broken: "the store met a fatal fault: see to the disk, then restart"
        }
    }

    /// What new work is refused with; nil: it is taken.
    var refusal: StorageError? {
        switch self {
        case .writable: nil
        case .diskNearlyFull: StorageError(.full, "write: less room on the disk than the reserve")
        case .mapNearlyFull: StorageError(.full, "write: less room in the map than the reserve")
        case .behind, .behindFullMap: StorageError(.full, "write: earlier changes wait for the disk")
        case .broken: StorageError(.broken, "write: after a fatal fault; restart")
        }
    }
}
