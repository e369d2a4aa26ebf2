import Domain
import JSON

/// Something that answers the admin API: a server over HTTP, or one inside this process.
protocol AdminCalling: Sendable {
    /// - Parameters:
    ///   - path: with its query, as `AdminPath` makes it.
    ///   - body: JSON.
    /// - Returns: the status and the body of the answer, whatever the status.
    /// - Throws: where there is no answer.
    func call(_ method: String, _ path: String, _ body: [UInt8]?) async throws -> (Int, [UInt8])
}

extension AdminCalling {
    /// The answer of a call that succeeded; of one that did not, what the server says about it is thrown.
    func send(_ method: String, _ path: String, _ body: JSONBody? = nil) async throws -> AdminAnswer {
        let (status, bytes) = try await call(method, path, body?.bytes)
        guard (200..<300).contains(status) else { throw AdminRefusal(status: status, bytes) }
        return AdminAnswer(status: status, bytes: bytes)
    }

    func get(_ path: String) async throws -> AdminAnswer { try await send("GET", path) }

    func post(_ path: String, _ body: JSONBody = JSONBody()) async throws -> AdminAnswer {
        try await send("POST", path, body)
    }

    /// Nil where there is no such thing.
    func find(_ path: String) async throws -> AdminAnswer? {
        do {
            return try await get(path)
        } catch let refusal as AdminRefusal where refusal.status == 404 {
            return nil
        }
    }

    /// All pages of a list, one after the other.
    func list(_ parts: [String], query: [(String, String?)] = []) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        var cursor: String?
        repeat {
            let page = try await get(AdminPath.make(parts, query: query + [("cursor", cursor)]))
            let root = try page.json
            items += root.member("items")?.elements() ?? []
            let next = root.present("next_cursor")?.string
            // A server that answers the same cursor again would never end.
            guard next != cursor || next == nil else { throw CommandFailure("the server's list does not end") }
            cursor = next
        } while cursor != nil
        return items
    }
}

struct AdminAnswer: Sendable {
    var status: Int
    var bytes: [UInt8]

    var json: JSONValue {
        get throws(CommandFailure) {
            do {
                return try JSONDocument(bytes).root
            } catch {
                throw CommandFailure("the server's answer is not JSON: is this Tollgate's admin port?")
            }
        }
    }
}

/// What the admin API said instead of doing it.
struct AdminRefusal: Error, Equatable, CustomStringConvertible {
    var status: Int
    var code: String
    var detail: String
    /// A JSON Pointer into the body that was sent; empty where the fault is not in it.
    var pointer: String
    /// Of an import's body, counted from 1.
    var inputLine: Int?

    init(status: Int, _ problem: [UInt8]) {
        let root = try? JSONDocument(problem).root
        self.status = status
        code = root?.member("code")?.string ?? ""
        detail = root?.member("detail")?.string ?? root?.member("title")?.string ?? ""
        pointer = root?.member("pointer")?.string ?? ""
        inputLine = root?.member("input_line")?.int.map { Int($0) }
    }

    var description: String {
        var parts = [code.isEmpty ? "the server answered \(status)" : code]
        if !detail.isEmpty { parts.append(detail) }
        if !pointer.isEmpty { parts.append("at \(pointer)") }
        if status == 401 { parts.append("give an admin token by \(EnvironmentName.adminToken) or --admin-token-file") }
        return parts.joined(separator: ": ")
    }
}
