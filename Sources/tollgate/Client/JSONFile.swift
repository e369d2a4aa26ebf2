import FoundationEssentials
import JSON

/// A file that a person names, to be sent as JSON.
enum JSONFile {
    /// Bytes; what the admin API takes.
    private static let maximumBody = 5 << 20

    /// - Parameter file: `-` reads standard input.
    static func read(_ file: String) throws(CommandFailure) -> [UInt8] {
        let bytes: [UInt8]
        if file == "-" {
            bytes = try StandardInput.read(maximumBytes: maximumBody)
        } else {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw CommandFailure("\(file): cannot be read")
            }
            bytes = Array(data)
        }
        do {
            _ = try JSONDocument(bytes)
        } catch {
            let place = error.offset.map { " at byte \($0)" } ?? ""
            throw CommandFailure("\(file): not JSON: \(error.reason.rawValue)\(place)")
        }
        return bytes
    }
}
