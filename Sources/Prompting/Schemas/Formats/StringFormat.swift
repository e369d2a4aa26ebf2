/// The formats that are checked where a schema's `format` is asserted. Others, of which there may be any, are remarks.
enum StringFormat: String, Sendable, CaseIterable {
    case dateTime = "date-time"
    case date, time, duration
    case email
    case idnEmail = "idn-email"
    case hostname
    case idnHostname = "idn-hostname"
    case ipv4, ipv6
    case uri
    case uriReference = "uri-reference"
    case iri
    case iriReference = "iri-reference"
    case uriTemplate = "uri-template"
    case jsonPointer = "json-pointer"
    case relativeJSONPointer = "relative-json-pointer"
    case regex, uuid

    var number: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    static func numbered(_ number: Int) -> StringFormat { allCases[number] }

    func accepts(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        // The buffer is lent for the call; what is checked is a copy where slices make it simpler.
        let bytes = unsafe Array(text)[...]
        switch self {
        case .dateTime: return DateFormat.isDateTime(bytes)
        case .date: return DateFormat.isDate(bytes)
        case .time: return DateFormat.isTime(bytes)
        case .duration: return DateFormat.isDuration(bytes)
        case .email: return MailFormat.isAddress(bytes, isInternational: false)
        case .idnEmail: return MailFormat.isAddress(bytes, isInternational: true)
        case .hostname: return HostFormat.isName(bytes)
        case .idnHostname: return InternationalHostFormat.isName(bytes)
        case .ipv4: return HostFormat.isIPv4(bytes)
        case .ipv6: return HostFormat.isIPv6(bytes)
        case .uri: return AddressFormat(isInternational: false).isAddress(bytes)
        case .uriReference: return AddressFormat(isInternational: false).isReference(bytes)
        case .iri: return AddressFormat(isInternational: true).isAddress(bytes)
        case .iriReference: return AddressFormat(isInternational: true).isReference(bytes)
        case .uriTemplate: return AddressTemplateFormat.isTemplate(bytes)
        case .jsonPointer: return PointerFormat.isPointer(bytes)
        case .relativeJSONPointer: return PointerFormat.isRelativePointer(bytes)
        case .regex: return (try? RegularExpression(ecma: Array(bytes), maximumMemory: 1 << 20)) != nil
        case .uuid: return PointerFormat.isUUID(bytes)
        }
    }
}
