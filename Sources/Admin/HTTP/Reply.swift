import Domain
import HTTPTypes
import Hummingbird
import JSON

/// What a handler answers.
struct Reply: Sendable {
    var status: Int
    var body: [UInt8]
    var contentType = "application/json"
    var entityTag: String?
    /// Beyond those that every answer has.
    var headers = HTTPFields()
    /// Seconds.
    var retryAfter: Int?

    init(_ status: Int = 200, _ body: [UInt8] = []) {
        self.status = status
        self.body = body
    }

    init(_ status: Int = 200, object members: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        writer.object(members)
        self.init(status, writer.bytes)
    }

    init(_ record: some JSONRecord) { self.init(200, record.json) }

    /// 201 for what is new, 200 for what was there.
    init<Value>(_ created: Created<Value>, _ write: (inout JSONWriter, Value) -> Void) {
        self.init(created.isNew ? 201 : 200) { write(&$0, created.value) }
    }

    init(_ created: Created<some JSONRecord>) { self.init(created.isNew ? 201 : 200, created.value.json) }

    /// - Parameter write: writes the members of one item.
    init<Item>(_ page: Page<Item>, _ write: (inout JSONWriter, Item) -> Void) {
        self.init { object in
            object.key("items")
            object.array(page.items) { array, item in array.object { write(&$0, item) } }
            object.member("next_cursor", page.nextCursor)
        }
    }

    init(_ page: Page<some JSONRecord>) { self.init(page) { object, record in record.write(to: &object) } }

    /// The problem (RFC 9457) that a fault is.
    init(_ fault: ControlFault) {
        self.init(fault.code.status) { object in
            object.member("type", "urn:tollgate:error:\(fault.code.rawValue)")
            object.member("title", fault.code.rawValue.split(separator: "_").joined(separator: " "))
            object.member("status", fault.code.status)
            object.member("code", fault.code.rawValue)
            object.member("detail", fault.detail)
            if let pointer = fault.pointer { object.member("pointer", pointer) }
            if let line = fault.line { object.member("line", line) }
            if let column = fault.column { object.member("column", column) }
            if let inputLine = fault.inputLine { object.member("input_line", inputLine) }
            if let revision = fault.revision { object.member("revision", revision) }
            if let available = fault.available { object.member("available", available) }
            if let left = fault.left { object.member("left", left) }
        }
        contentType = "application/problem+json"
        if fault.code.status == 503 { retryAfter = 2 }
    }

    var response: Response {
        var headers = headers
        if !body.isEmpty { headers[.contentType] = contentType }
        headers[.cacheControl] = "no-store"
        if let entityTag { headers[.eTag] = entityTag }
        if let retryAfter { headers[.retryAfter] = String(retryAfter) }
        if status == 401 { headers[.wwwAuthenticate] = "Bearer" }
        return Response(
            status: .init(code: status), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
