import Domain
import JSON

/// Who makes a change, when, and under which idempotency key.
package struct Change: Sendable {
    package var actor: String
    package var at: Timestamp
    package var idempotency: Idempotency?

    package init(actor: String, at: Timestamp, idempotency: Idempotency? = nil) {
        self.actor = actor
        self.at = at
        self.idempotency = idempotency
    }

    var origin: Origin { Origin(at: at, by: actor) }
}

/// A key under which one request is carried out once.
package struct Idempotency: Hashable, Sendable {
    /// A key is known for so long, a week; then it is as new.
    package static let lifetimeMilliseconds: Int64 = 7 * 86_400_000

    /// Whose key it is: an admin token's id.
    package var scope: String
    package var key: String
    /// SHA-256 of the request, to tell another one under the same key.
    package var fingerprint: Digest

    package init(scope: String, key: String, fingerprint: Digest) {
        self.scope = scope
        self.key = key
        self.fingerprint = fingerprint
    }
}

/// What a create came to: a new thing, or one that was there.
package struct Created<Value: Sendable>: Sendable {
    package var value: Value
    package var isNew: Bool

    package init(_ value: Value, isNew: Bool = true) {
        self.value = value
        self.isNew = isNew
    }
}

package struct PageRequest: Hashable, Sendable {
    package static let defaultLimit = 50
    package static let maximumLimit = 500

    /// Where the page before ended.
    package var cursor: String?
    package var limit: Int

    package init(cursor: String? = nil, limit: Int = defaultLimit) {
        self.cursor = cursor
        self.limit = limit
    }

    /// The number that a cursor of a numbered list is.
    func number() throws(ControlFault) -> UInt64? {
        guard let cursor else { return nil }
        guard let number = UInt64(cursor) else { throw .invalid("the cursor is not one of this list") }
        return number
    }
}

package struct Page<Item: Sendable>: Sendable {
    package var items: [Item]
    /// Nil with the last page.
    package var nextCursor: String?

    package init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }

    /// - Parameter items: one more than the limit where there are more.
    init(_ items: [Item], limit: Int, cursor: (Item) -> String) {
        self.items = Array(items.prefix(limit))
        nextCursor = items.count > limit ? self.items.last.map(cursor) : nil
    }
}
